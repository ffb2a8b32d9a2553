import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Frame } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openWorkbench, type Theme, themes, type Workbench } from "./harness.ts";
import { extensionIsThere } from "./trained.ts";

declare const axe: {
  run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
};

const reference = resolve(import.meta.dirname, "../reference/traces");
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const scratch = mkdtempSync(join(tmpdir(), "pgi-trace-page-"));
const template = join(scratch, "traces");
let workbench: Workbench;
let page: Frame;

/** Opens a trace of the folder as a person does: by the explorer. */
async function open(name: string): Promise<Frame> {
  await workbench.page.locator(".explorer-folders-view").getByText(name).dblclick();
  return workbench.webview("pgi-trace .verdict");
}

/** What axe has to say of the page. */
async function violations(): Promise<readonly string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () =>
    (await axe.run()).violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id} ${html}`)),
  );
}

beforeAll(async () => {
  mkdirSync(template);
  for (const mistake of ["entropy_sign", "missing_gamma_t"]) {
    cpSync(join(reference, `${mistake}.cartpole.jsonl`), join(template, `${mistake}.pgtrace`));
  }
  // Restricted Mode: a trace is data.
  const settings = {
    "security.workspace.trust.startupPrompt": "never",
    "security.workspace.trust.banner": "never",
  };
  workbench = await openWorkbench({
    template,
    settings,
    trust: "asked",
    viewport: { width: 1500, height: 1100 },
  });
  await extensionIsThere(workbench);
  page = await open("entropy_sign.pgtrace");
});
afterAll(async () => {
  await workbench.close();
  rmSync(scratch, { recursive: true, force: true });
});

describe("the page of a trace", () => {
  test("shows in Restricted Mode what was found, with its numbers, its updates and what is missing", async () => {
    const card = page.locator(".finding[data-severity=error]");
    expect(await card.locator("h3 code").textContent()).toBe("entropy_sign");
    expect(await card.locator(".evidence dd").count()).toBeGreaterThan(0);
    const updates = page.locator(".update-table tbody tr");
    expect(await updates.count()).toBeGreaterThan(1);
    expect(await updates.first().locator("td:nth-last-child(2)").textContent()).toContain("γᵗG");
    await page.getByText("Record more, know more").waitFor();
  });

  test.each(Object.keys(themes) as Theme[])(
    "has nothing that axe finds, nor a complaint, in %s",
    async (theme) => {
      await workbench.useTheme(theme);
      await page.locator(`body[data-vscode-theme-kind="${theme}"]`).waitFor();
      expect(await violations()).toEqual([]);
      await workbench.screenshot(`trace-${theme}`);
      expect(workbench.complaints()).toEqual([]);
    },
  );

  test("shows the steps that a finding names, in their update's step table", async () => {
    await page
      .locator(".finding[data-severity=error]")
      .getByRole("button", { name: "Show these steps" })
      .click();
    await page.locator(".step-row[data-marked]").first().waitFor();
    await page.getByText("marked: the first steps of entropy_sign").waitFor();
    expect(await page.getByRole("tab", { name: "Steps" }).getAttribute("aria-selected")).toBe("true");
    expect(await page.locator(".verdict b").textContent()).toContain("entropy is minimised");
    await page.locator(".findings-here").getByRole("button", { name: "entropy is minimised" }).click();
    await page.locator("#finding-entropy_sign:focus").waitFor();
    await page.getByRole("tab", { name: "Steps" }).click();
    await page.locator(".step-row[data-marked]").first().waitFor();
  });

  test.each<Theme>(["vscode-dark", "vscode-light"])(
    "has nothing that axe finds step by step either, in %s, wide and narrow",
    async (theme) => {
      await workbench.useTheme(theme);
      await page.locator(`body[data-vscode-theme-kind="${theme}"]`).waitFor();
      expect(await violations()).toEqual([]);
      await workbench.screenshot(`trace-steps-${theme}`);
      await workbench.page.setViewportSize({ width: 800, height: 1100 });
      await workbench.screenshot(`trace-steps-narrow-${theme}`);
      await workbench.page.setViewportSize({ width: 1500, height: 1100 });
    },
  );

  test("evaluates an edited loss on the recorded batch, beside what was recorded", async () => {
    await page.locator(".cm-content").click();
    await workbench.page.keyboard.press("ControlOrMeta+A");
    await workbench.page.keyboard.insertText("loss = -(log_pi * r).sum()");
    await page.getByText("‖g‖ recorded").waitFor();
    await page.locator(".verdict", { hasText: "entropy is minimised" }).waitFor({ state: "detached" });
    await page.getByRole("radiogroup", { name: "Whose numbers are shown" }).getByText("recorded").waitFor();
    await workbench.screenshot("trace-steps-edited");
    expect(workbench.complaints()).toEqual([]);
  });

  test("is on the same side, at the same update and with the same edit after the window was loaded anew", async () => {
    await workbench.reload("log_pi * r");
    page = await workbench.webview("pgi-trace .cm-content");
    expect(await page.getByRole("tab", { name: "Steps" }).getAttribute("aria-selected")).toBe("true");
    await page.locator(".cm-content", { hasText: "-(log_pi * r).sum()" }).waitFor();
    await page.getByRole("heading", { name: "Gradient of update 1" }).waitFor();
    await page.getByText("‖g‖ recorded").waitFor();
  });

  test("goes back to the findings by keyboard", async () => {
    await page.getByRole("tab", { name: "Steps" }).focus();
    await workbench.page.keyboard.press("ArrowLeft");
    await page.locator(".finding").first().waitFor();
  });

  test("opens the report beside at the finding that is to be explained", async () => {
    await page.getByRole("button", { name: "Explain" }).first().click();
    await workbench.page.getByRole("tab", { name: "entropy_sign.pgtrace.md" }).waitFor();
  });
});
