import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Frame, Locator } from "playwright-core";
import { jsonLines, pgi } from "../util/cli.ts";
import { poll } from "../util/poll.ts";
import { type Keybinding, openWorkbench, type Workbench, type WorkbenchOptions } from "./harness.ts";

const trainKey = "Control+Alt+t";

/** A key under which the workbench trains with these arguments, as a person's own keybinding does. */
export function trainingKey(args: Readonly<Record<string, unknown>>): Keybinding {
  return { key: "ctrl+alt+t", command: "policyGradient.trainReinforce", args };
}

/** A workbench that trains, and the panel it opened. */
export interface Trained {
  readonly workbench: Workbench;
  /** The panel's page; another frame after every reload and every time it was hidden. */
  readonly panel: Frame;
}

/** Opens a workbench and trains by one key until the first update is in the panel. */
export async function openTrained(
  args: Readonly<Record<string, unknown>>,
  options: WorkbenchOptions = {},
): Promise<Trained> {
  const workbench = await openWorkbench({ ...options, keybindings: [trainingKey(args)] });
  try {
    await extensionIsThere(workbench);
    await trainByKey(workbench);
    return { workbench, panel: await filledPanel(workbench) };
  } catch (error) {
    await workbench.close();
    throw error;
  }
}

/** Presses the key that `trainingKey` bound. */
export async function trainByKey({ page }: Workbench): Promise<void> {
  await page.keyboard.press(trainKey);
}

/** Waits until the workbench has read our manifest: a key pressed before that is lost. */
export async function extensionIsThere({ page }: Workbench): Promise<void> {
  await page.locator(".activitybar .action-label[aria-label='Policy Gradient']").waitFor();
}

/** The panel's page, once it shows an update. */
export async function filledPanel(workbench: Workbench): Promise<Frame> {
  const panel = await workbench.webview("pgi-curve .curve");
  await panel.locator(".step-row[aria-selected=true]").waitFor();
  return panel;
}

/** The number of updates that the panel's head shows. */
export async function updatesShown(panel: Frame): Promise<number> {
  const text = await panel.locator(".live-figures b").first().textContent();
  return Number(text?.replaceAll(/\D/gu, ""));
}

/** The update whose gradient the panel shows. */
export async function selectedUpdate(panel: Frame): Promise<number> {
  const text = await panel.getByRole("heading", { name: /Gradient of update/u }).textContent();
  return Number(/\d+/u.exec(text ?? "")?.[0]);
}

/** Waits until the run is in a state, as the head's mark names it. */
export async function inState(panel: Frame, state: string): Promise<void> {
  await panel.locator(`.pill[data-state=${state}]`).waitFor();
}

/** Waits until a paused run's last update is the one that is shown; the result is its number. */
export async function caughtUp(panel: Frame): Promise<number> {
  await inState(panel, "paused");
  return poll("the last update", async () => {
    const shown = await updatesShown(panel);
    return (await selectedUpdate(panel)) === shown ? shown : undefined;
  });
}

/** Presses a run control of the panel, as soon as it can act. */
export async function press(panel: Frame, command: string): Promise<void> {
  await panel.locator(`[data-command=${command}]:enabled`).click();
}

/** Opens one update by its number: the curve's Home key, then as many steps to the right. */
export async function openUpdate(panel: Frame, update: number): Promise<void> {
  const curve = panel.locator(".curve");
  await curve.focus();
  await curve.press("Home");
  for (let at = 1; at < update; at++) await curve.press("ArrowRight");
  await panel.getByRole("heading", { name: `Gradient of update ${update}`, exact: true }).waitFor();
}

/** Puts a text into the loss editor by the keyboard, in place of what is there. */
export async function typeLoss({ workbench, panel }: Trained, text: string): Promise<void> {
  await panel.locator(".cm-content").click();
  await workbench.page.keyboard.press("Control+a");
  await workbench.page.keyboard.insertText(text);
}

/** The text in the loss editor, without what is drawn between it. */
export function lossText(panel: Frame): Promise<string> {
  return panel.locator(".cm-content").evaluate((content) =>
    [...content.querySelectorAll(".cm-line")]
      .map((line) => {
        const copy = line.cloneNode(true) as Element;
        for (const inlay of copy.querySelectorAll(".loss-inlay")) inlay.remove();
        return copy.textContent ?? "";
      })
      .join("\n"),
  );
}

/** Waits until an element says exactly this. */
export async function says(element: Locator, text: string): Promise<void> {
  let last = "";
  await poll(
    `“${text}”`,
    async () => {
      last = ((await element.textContent()) ?? "").replaceAll(/\s+/gu, " ").trim();
      return last === text ? true : undefined;
    },
    10_000,
  ).catch(() => {
    throw new Error(`It says “${last}”, not “${text}”.`);
  });
}

/** The run files of the opened folder. */
export function runFiles({ folder }: Workbench): string[] {
  const runs = join(folder, ".policy-gradient", "runs");
  return readdirSync(runs)
    .filter((name) => name.endsWith(".pgrun"))
    .map((name) => join(runs, name));
}

/** One side of `pgi what-if --json`. */
export interface Side {
  readonly loss: number;
  readonly grad_norm: number;
  readonly verdict: { readonly sentence: string };
  readonly columns: Readonly<Record<string, readonly number[]>>;
}

interface LayerFigures {
  readonly name: string;
  readonly shape: readonly number[];
  readonly before: number;
  readonly after: number;
  readonly ratio: number;
  readonly cosine: number;
}

export interface WhatIf {
  readonly steps: number;
  readonly before: Side;
  readonly after: Side;
  readonly layers: readonly LayerFigures[];
  readonly total: Omit<LayerFigures, "name" | "shape">;
}

/** What the command line says of an update's batch under another loss. */
export async function whatIf(path: string, update: number, loss: string): Promise<WhatIf> {
  const words = ["what-if", path, "--loss", loss, "--update", String(update), "--json"];
  const { exit, out, error } = await pgi(...words);
  if (exit !== 0) throw new Error(error);
  return jsonLines(out)[0] as unknown as WhatIf;
}

/** What the command line says of an update: a record per step, and the last record of the whole. */
export async function shownByCommandLine(
  path: string,
  update: number,
  ...words: string[]
): Promise<{ rows: Record<string, number>[]; whole: Record<string, unknown> }> {
  const shown = await pgi("show", path, "--update", String(update), "--limit", "100000", "--json", ...words);
  if (shown.exit !== 0) throw new Error(shown.error);
  const lines = jsonLines(shown.out);
  return { rows: lines.slice(0, -1) as Record<string, number>[], whole: lines.at(-1)! };
}
