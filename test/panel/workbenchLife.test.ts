import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createRequire } from "node:module";
import type { Frame } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { poll } from "../util/poll.ts";
import {
  caughtUp,
  filledPanel,
  inState,
  lossText,
  openTrained,
  openUpdate,
  press,
  runFiles,
  selectedUpdate,
  type Trained,
  typeLoss,
  updatesShown,
} from "./trained.ts";

declare const axe: {
  run(): Promise<{ violations: { id: string; nodes: { html: string; any: { message: string }[] }[] }[] }>;
};

const edited = "loss = -(discounted_returns(r, gamma).detach() * log_pi).sum()";
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let trained: Trained;

beforeAll(async () => {
  trained = await openTrained(
    { environment: "CartPole-v1", seed: 2, hidden: 16 },
    { viewport: { width: 1500, height: 1100 } },
  );
  await press(trained.panel, "pause");
  await caughtUp(trained.panel);
});
afterAll(() => trained?.workbench.close());

/** Goes on with the page as it is after it was loaded anew. */
async function panelAgain(): Promise<Frame> {
  trained = { ...trained, panel: await filledPanel(trained.workbench) };
  return trained.panel;
}

/** What of the page has to be the same after it was away. */
async function standing(panel: Frame): Promise<unknown> {
  return {
    run: await panel.locator(".run-name").textContent(),
    update: await selectedUpdate(panel),
    loss: await lossText(panel),
    sorted: await panel.locator("[aria-sort=descending] .sort-button").getAttribute("data-column"),
    step: await panel.getByRole("slider", { name: "Step cursor" }).getAttribute("aria-valuenow"),
    gradients: await panel.locator(".gradient-table").textContent(),
  };
}

/** The process that holds the run file open: the engine that writes it. */
function engineOf(path: string): number | undefined {
  const processes = readdirSync("/proc").filter((name) => /^\d+$/u.test(name));
  return processes.map(Number).find((id) => id !== process.pid && holds(id, path));
}

function holds(id: number, path: string): boolean {
  try {
    return readdirSync(`/proc/${id}/fd`).some((name) => readlinkSync(`/proc/${id}/fd/${name}`) === path);
  } catch {
    return false;
  }
}

/** Kills the engine as the system does when memory runs out, and waits until it is gone. */
async function killEngine(path: string): Promise<void> {
  const engine = await poll("the engine", () => engineOf(path));
  process.kill(engine, "SIGKILL");
}

describe("the panel in the workbench's themes", () => {
  async function findings(panel: Frame): Promise<unknown[]> {
    await panel.evaluate(axeSource);
    const { violations } = await panel.evaluate(() => axe.run());
    return violations.map(({ id, nodes }) => [
      id,
      ...nodes.map(({ html, any }) => `${html} ${any[0]?.message}`),
    ]);
  }

  test.each(["vscode-dark", "vscode-light", "vscode-high-contrast"] as const)(
    "is drawn anew in %s, and axe finds nothing",
    async (theme) => {
      const { workbench, panel } = trained;
      const canvas = panel.locator("figure[data-column=G] canvas");
      const picture = () => canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL());
      const before = await picture();
      await workbench.useTheme(theme);
      await panel.locator(`body[data-vscode-theme-kind="${theme}"]`).waitFor();
      await poll("another picture", async () => ((await picture()) === before ? undefined : true));
      expect(await findings(panel)).toEqual([]);
    },
  );
});

test("the keyboard alone comes to every control of the panel", async () => {
  const { workbench, panel } = trained;
  await workbench.page.keyboard.press("Control+1");
  const controls = await panel.evaluate(() => {
    const kinds =
      "button:enabled, input:not([type=radio]:not(:checked)), select, [tabindex='0'], .cm-content, vscode-button, vscode-textfield";
    const all = [...document.querySelectorAll<HTMLElement>(kinds)].filter(
      (element) => element.checkVisibility() && !element.hasAttribute("disabled"),
    );
    for (const [index, element] of all.entries()) element.dataset.control = String(index);
    return all.map((element) => [element.dataset.control!, element.outerHTML.slice(0, 100)] as const);
  });
  expect(controls.length).toBeGreaterThan(20);
  const left = new Map(controls);
  for (let key = 0; key < 2 * controls.length && left.size > 0; key++) {
    await workbench.page.keyboard.press("Tab");
    const at = await panel.evaluate(
      () => document.activeElement?.closest<HTMLElement>("[data-control]")?.dataset.control,
    );
    if (at !== undefined) left.delete(at);
  }
  expect([...left.values()]).toEqual([]);
});

describe("a panel with an opened update and an edited loss", () => {
  let before: unknown;

  test("is as it was after another editor hid it", async () => {
    const { workbench, panel } = trained;
    await openUpdate(panel, 4);
    await panel.locator(".sort-button[data-column=share]").click();
    await panel.getByRole("grid").press("Home");
    await typeLoss(trained, edited);
    await panel.locator(".gradient-table .cosine-cell").first().waitFor();
    before = await standing(panel);
    await workbench.runCommand("Create: New File...");
    await workbench.page.keyboard.press("Enter");
    await workbench.page.locator(".tab.active", { hasText: "Untitled-1" }).waitFor();
    await workbench.page.locator(".tab", { hasText: "REINFORCE" }).click();
    const again = await panelAgain();
    await again.locator(".gradient-table .cosine-cell").first().waitFor();
    expect(await standing(again)).toEqual(before);
  });

  test("is as it was after the window was loaded again, and does not train", async () => {
    const { workbench } = trained;
    await workbench.reload("discounted_returns(r, gamma).detach()");
    await workbench.page.locator(".tab", { hasText: "REINFORCE" }).click();
    const again = await panelAgain();
    await again.locator(".gradient-table .cosine-cell").first().waitFor();
    expect(await standing(again)).toEqual(before);
    expect(await again.locator(".pill").first().textContent()).not.toBe("training");
  });

  test("takes the run up again from its file by its own button", async () => {
    const { panel } = trained;
    const update = await updatesShown(panel);
    await press(panel, "resume");
    await poll("more updates", async () => ((await updatesShown(panel)) > update + 5 ? true : undefined));
    expect(await selectedUpdate(panel)).toBe(4);
  });
});

describe.skipIf(process.platform !== "linux")("an engine that is killed while it trains", () => {
  test("is replaced within two seconds, and the panel trains on", async () => {
    const { panel, workbench } = trained;
    const path = runFiles(workbench)[0]!;
    const update = await updatesShown(panel);
    await killEngine(path);
    const killed = performance.now();
    await panel.getByText("The engine is being restarted.").waitFor();
    await panel.getByText("The engine is being restarted.").waitFor({ state: "detached" });
    await poll("later updates", async () => ((await updatesShown(panel)) > update ? true : undefined));
    expect(performance.now() - killed).toBeLessThan(2_000);
    await inState(panel, "training");
  });

  test("too often is given up in words; the numbers stay, and Restart brings it back", async () => {
    const { panel, workbench } = trained;
    const path = runFiles(workbench)[0]!;
    const numbers = await panel.locator(".gradient-table").textContent();
    const down = panel.locator(".banner", { hasText: "The engine is down." });
    for (let kill = 0; kill < 4; kill++) {
      await poll("the engine to write again", () => engineOf(path));
      await killEngine(path);
      await poll("its end", () => (engineOf(path) === undefined ? true : undefined));
    }
    await down.waitFor();
    expect(await down.textContent()).toContain("What is shown below is the last that arrived.");
    expect(await panel.locator(".gradient-table").textContent()).toBe(numbers);
    expect(await panel.locator(".run-controls button[data-command]:enabled").count()).toBe(0);
    await down.getByText("Restart").click();
    await down.waitFor({ state: "detached" });
    await panel.locator(".run-controls button[data-command]:enabled").first().waitFor();
  });
});

describe("the run controls", () => {
  test("stop the run, and reset it to a new one of the same settings", async () => {
    const { panel, workbench } = trained;
    if ((await panel.locator(".pill[data-state=training]").count()) === 0) await press(panel, "resume");
    await inState(panel, "training");
    expect(runFiles(workbench)).toHaveLength(1);
    await press(panel, "stop");
    await inState(panel, "stopped");
    await press(panel, "reset");
    await inState(panel, "training");
    await poll("another file", () => (runFiles(workbench).length === 2 ? true : undefined));
    await press(panel, "stop");
    await inState(panel, "stopped");
  });
});

test("nothing was said on the console, and no policy was violated", () => {
  expect(trained.workbench.complaints()).toEqual([]);
});
