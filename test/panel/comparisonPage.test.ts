import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Frame } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonLines, pgi } from "../util/cli.ts";
import { poll } from "../util/poll.ts";
import { openWorkbench, type Theme, themes, type Workbench } from "./harness.ts";
import { extensionIsThere, says } from "./trained.ts";

declare const axe: {
  run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
};

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const scratch = mkdtempSync(join(tmpdir(), "pgi-comparison-page-"));
const template = join(scratch, "workspace");
const sweep = join(template, ".policy-gradient", "sweeps", "seeds");
const asked = { environment: "CartPole-v1", algorithms: ["reinforce"], seeds: "1-2", steps: 20_000 };
let workbench: Workbench;
let page: Frame;

/** What the command line says of the same runs. */
async function told(): Promise<{ groups: { name: string; average_return_100: { mean: number } }[] }> {
  return jsonLines((await pgi("compare", sweep, "--json")).out)[0] as never;
}

beforeAll(async () => {
  const words = ["--seeds", "1-3", "--algorithm", "reinforce,reinforce-baseline", "--steps", "12000"];
  const { exit, error } = await pgi("sweep", ...words, "--out", sweep, "--json");
  expect([exit, error]).toEqual([0, ""]);
  const settings = {
    "security.workspace.trust.startupPrompt": "never",
    "security.workspace.trust.banner": "never",
  };
  // Restricted Mode: runs are data.
  workbench = await openWorkbench({
    template,
    settings,
    trust: "asked",
    viewport: { width: 1500, height: 2300 },
    keybindings: [{ key: "ctrl+alt+k", command: "policyGradient.trainComparison", args: asked }],
  });
  await extensionIsThere(workbench);
  await workbench.page.keyboard.press("Control+b");
  await workbench.runCommand("Policy Gradient: Compare Runs");
  const choice = workbench.page.locator(".quick-input-widget");
  await choice.getByText("seeds", { exact: false }).first().click();
  await choice.getByRole("button", { name: "OK" }).click();
  page = await workbench.webview("pgi-comparison .group-table");
}, 120_000);
afterAll(async () => {
  await workbench.close();
  rmSync(scratch, { recursive: true, force: true });
});

describe("the page of a comparison", () => {
  test("shows the groups with the figures of the command line", async () => {
    const { groups } = await told();
    const rows = page.locator(".group-table tbody tr");
    expect(await rows.count()).toBe(2);
    for (const [place, { name, average_return_100: average }] of groups.entries()) {
      const row = await rows.nth(place).textContent();
      expect(row).toContain(name);
      expect(row).toContain(average.mean.toFixed(1));
    }
  });

  test("holds both losses against one batch, and follows an edit", async () => {
    await page.locator(".pair .gradient-table tfoot tr").waitFor();
    await page.locator("pgi-pair-table .step-row:not([data-loading])").nth(3).waitFor();
    const before = await page.locator(".pair-side[data-side=b] .problem b").first().textContent();
    await page.locator(".pair-side[data-side=b] .cm-content").click();
    await workbench.page.keyboard.press("Control+a");
    await workbench.page.keyboard.insertText("-log_pi.sum()");
    await poll("another value", async () => {
      const now = await page
        .locator(".pair-side[data-side=b] .problem b")
        .first()
        .textContent({ timeout: 1000 });
      return now !== null && now !== before ? true : undefined;
    });
    // c of −Σ ln π is 1 at every step.
    await page.getByRole("button", { name: "c B" }).click();
    const cells = page.locator("pgi-pair-table .step-body .step-row:not([hidden]):not([data-loading])");
    await poll("weights of 1", async () => {
      const texts = await cells.first().locator(".step-cell").allTextContents();
      return texts.includes("1") || texts.some((text) => /^1\.0+$/.test(text)) ? true : undefined;
    });
  });

  test("says what is wrong with a loss, and keeps the other's numbers", async () => {
    await page.locator(".pair-side[data-side=b] .cm-content").click();
    await workbench.page.keyboard.press("Control+a");
    await workbench.page.keyboard.insertText("-(log_pi * nothing).sum()");
    await page.locator(".pair-side[data-side=b] .problem[data-severity=error]").waitFor();
    await page.locator(".pair-side[data-side=a] .verdict").waitFor();
    await page.getByLabel("Take loss B of a group").selectOption({ index: 2 });
    await page.locator(".pair-side[data-side=b] .verdict").waitFor();
  });

  test("reads the curves by another axis, at a cursor that keys move", async () => {
    await page.getByLabel("What learning is counted in").selectOption("updates");
    const head = page.locator(".group-table thead th").nth(1);
    await page.locator(".comparison-curve[aria-valuetext*='updates']").waitFor();
    await page.locator(".comparison-curve").focus();
    await page.locator(".comparison-curve").press("Home");
    await says(head, "at 1 updates");
    await page.locator(".comparison-curve").press("ArrowRight");
    await says(head, "at 2 updates");
    await page.getByLabel("What learning is counted in").selectOption("steps");
  });

  test("hides a group's curve and lists its runs, which open", async () => {
    const first = page.locator(".group-table tbody").first();
    await first.locator("input").click();
    expect(await first.locator("input").isChecked()).toBe(false);
    await first.locator("input").click();
    await first.getByRole("button", { name: /List the runs/ }).click();
    await first.locator(".run-row").nth(2).waitFor();
    expect(await first.locator(".run-row").count()).toBe(3);
  });

  test.each(Object.keys(themes) as Theme[])(
    "has nothing that axe finds, nor a complaint, in %s",
    async (theme) => {
      await workbench.useTheme(theme);
      await page.locator(`body[data-vscode-theme-kind="${theme}"]`).waitFor();
      await page.evaluate(axeSource);
      const found = await page.evaluate(async () =>
        (await axe.run()).violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id} ${html}`)),
      );
      expect(found).toEqual([]);
      await workbench.screenshot(`comparison-${theme}`);
      expect(workbench.complaints()).toEqual([]);
    },
  );

  test("fits a narrow editor", async () => {
    await workbench.page.setViewportSize({ width: 660, height: 2600 });
    await workbench.useTheme("vscode-light");
    await poll("a page without a scrollbar of its own below", async () =>
      (await page.evaluate(() => innerWidth < 700 && document.documentElement.scrollWidth <= innerWidth))
        ? true
        : undefined,
    );
    await workbench.screenshot("comparison-narrow-light");
    await workbench.useTheme("vscode-dark");
    await workbench.screenshot("comparison-narrow-dark");
    await workbench.page.setViewportSize({ width: 1500, height: 1000 });
  });

  test("is there again with its losses after the window was loaded again", async () => {
    await page.locator(".pair-side[data-side=a] .cm-content").click();
    await workbench.page.keyboard.press("Control+a");
    await workbench.page.keyboard.insertText("-(2 * log_pi).sum()");
    await page.locator(".pair-side[data-side=a]").getByText("edited").waitFor({ state: "attached" });
    await workbench.reload("2 * log_pi");
    page = await workbench.webview("pgi-comparison .group-table");
    await poll("the edited loss", async () =>
      (await page.locator(".pair-side[data-side=a] .cm-content").textContent())?.includes("2 * log_pi")
        ? true
        : undefined,
    );
  });

  test("follows a comparison from before its first run to the end of its last", async () => {
    await workbench.page.keyboard.press("Control+Alt+k");
    await workbench.page.getByRole("tab", { name: /CartPole-v1-reinforce-/ }).waitFor();
    await poll("two runs at their end", async () => {
      page = await workbench.webview("pgi-comparison");
      const note = await page.locator(".comparison-head .section-note").allTextContents();
      return note[0] === "1 group of 2 runs" ? true : undefined;
    });
    await page.locator("pgi-pair-table .step-row:not([data-loading])").first().waitFor();
    expect(workbench.complaints()).toEqual([]);
  });
});
