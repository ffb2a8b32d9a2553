import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import type { Frame, Page } from "playwright-core";
import { readLoss } from "../src/loss/editing/reading.ts";
import { openWorkbench, type Workbench } from "../test/panel/harness.ts";
import { filledPanel, openTrained, typeLoss } from "../test/panel/trained.ts";
import { type Figure, spreadOf, time } from "./measure.ts";

const keystrokes = 80;
const aim = 30;

/** A loss as long as they get: half of its lines are definitions that build on one another. */
export const longLoss = [
  "G = discounted_returns(r, gamma)",
  "w0 = (G - G.mean()) / (G.std() + 1e-8)",
  ...Array.from(
    { length: 57 },
    (_, i) => `w${i + 1} = where(done, w${i}, clamp(w${i} * 0.5 + r, -1, 1)) ** 2 - exp(-t)`,
  ),
  "loss = -(gamma**t * w57.detach() * log_pi).sum() - 1e-4 * entropy.sum()",
].join("\n");

/** What a keystroke costs in the editors of losses. */
export async function languageFigures(): Promise<Figure[]> {
  const reading = time(() => readLoss(longLoss), 200, 50);
  const read = figure(
    "reading a loss of 60 lines: parse, shapes, problems, p95",
    reading.p95,
    reading.median,
    2,
  );
  return [read, await fileFigure(), await panelFigure()];
}

function figure(name: string, p95: number, median: number, limit: number): Figure {
  const title = `${name} (median ${median.toPrecision(3)} ms)`;
  return {
    name: title,
    ours: p95,
    peer: undefined,
    unit: "ms",
    ratio: undefined,
    aim: `≤ ${limit} ms`,
    reached: p95 <= limit,
  };
}

/** From a key pressed in a *.pgloss file of 60 lines to its underline in the page of the workbench. */
async function fileFigure(): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), "pgi-bench-"));
  writeFileSync(join(folder, "long.pgloss"), longLoss);
  const workbench = await openWorkbench({ template: folder });
  try {
    await openFile(workbench, "long.pgloss");
    const times = await toggles(workbench.page, workbench.page, ".monaco-editor .squiggly-error");
    const { p95, median } = spreadOf(times);
    return figure("keystroke to underline in a loss file of 60 lines, p95", p95, median, aim);
  } finally {
    await workbench.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function openFile({ page }: Workbench, name: string): Promise<void> {
  await page.keyboard.press("Control+p");
  await page.keyboard.type(name);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first().click();
  await page.locator(".monaco-editor .view-line").first().waitFor();
  await page.locator(".monaco-editor .view-line").first().click();
  await page.keyboard.press("Control+End");
  await after(1_000);
}

/** From a key pressed in the panel's loss editor to its underline. */
async function panelFigure(): Promise<Figure> {
  const trained = await openTrained({ environment: "CartPole-v1", seed: 1, updates: 5 });
  try {
    const panel = await filledPanel(trained.workbench);
    await typeLoss(trained, "loss = -(discounted_returns(r, gamma) * log_pi).sum()");
    await after(1_000);
    const { p95, median } = spreadOf(await toggles(trained.workbench.page, panel, ".cm-lintRange-error"));
    return figure("keystroke to underline in the panel's loss editor, p95", p95, median, aim);
  } finally {
    await trained.workbench.close();
  }
}

/** Types an open bracket and takes it away, again and again: every key changes what is underlined. */
async function toggles(page: Page, frame: Page | Frame, underline: string): Promise<number[]> {
  await frame.evaluate(watchUnderlines, underline);
  const times: number[] = [];
  for (let key = 0; key < keystrokes; key++) {
    await page.keyboard.press(key % 2 === 0 ? ")" : "Backspace");
    await frame.waitForFunction(() => window.underlined > window.pressed, undefined, { timeout: 5_000 });
    times.push(await frame.evaluate(() => window.underlined - window.pressed));
    await after(150);
  }
  return times;
}

declare global {
  interface Window {
    pressed: number;
    underlined: number;
  }
}

/** In the page: notes when a key was pressed, and the first change of what is underlined after it. */
function watchUnderlines(underline: string): void {
  window.pressed = Number.POSITIVE_INFINITY;
  window.underlined = 0;
  let shown = document.querySelectorAll(underline).length;
  addEventListener("keydown", () => (window.pressed = performance.now()), true);
  new MutationObserver(() => {
    const now = document.querySelectorAll(underline).length;
    if (now === shown) return;
    shown = now;
    if (window.underlined < window.pressed) window.underlined = performance.now();
  }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["class"] });
}
