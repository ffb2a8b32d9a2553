import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import type { Frame } from "playwright-core";
import { createGenerator } from "../src/rl/randomGenerator.ts";
import { openWorkbench, type Workbench } from "../test/panel/harness.ts";
import { extensionIsThere } from "../test/panel/trained.ts";
import { type Figure, spreadOf } from "./measure.ts";

const steps = 1_000_000;
const episodeSteps = 200;
const scrollSeconds = 6;
/** Characters that are written at once. */
const writeSize = 2 ** 22;

/** Traces of a million steps in the real workbench, with Chromium, VS Code and the engine on the same machine. */
export async function traceFigures(): Promise<Figure[]> {
  const workbench = await openWorkbench({ viewport: { width: 1440, height: 1000 } });
  try {
    await extensionIsThere(workbench);
    writeTrace(join(workbench.folder, "many.pgtrace"), episodeSteps);
    writeTrace(join(workbench.folder, "whole.pgtrace"), steps);
    const opening = await openingFigures(workbench);
    return [...opening, await scrollFigure(workbench)];
  } finally {
    await workbench.close();
  }
}

/** A REINFORCE trace with an update every `perUpdate` steps, with observations, logits and the gradients there. */
function writeTrace(path: string, perUpdate: number): void {
  const file = openSync(path, "w");
  let text = "";
  for (const line of traceLines(perUpdate)) {
    text += `${JSON.stringify(line)}\n`;
    if (text.length < writeSize) continue;
    writeSync(file, text);
    text = "";
  }
  writeSync(file, text);
  closeSync(file);
}

function* traceLines(perUpdate: number): Generator<object> {
  const generator = createGenerator(1, "bench");
  const gamma = 0.99;
  yield { pgtrace: 1, environment: "CartPole-v1", gamma };
  let update = { episodes: [] as number[], coef: [] as number[], logits_grad: [] as number[][] };
  for (let row = 0; row < steps; row++) {
    const t = row % episodeSteps;
    const episode = 1 + Math.floor(row / episodeSteps);
    const isLast = t === episodeSteps - 1;
    const logits = [generator.uniform(), generator.uniform()];
    const pi = 1 / (1 + Math.exp(logits[1]! - logits[0]!));
    const action = generator.uniform() < pi ? 0 : 1;
    const chosen = action === 0 ? pi : 1 - pi;
    const obs = Array.from({ length: 4 }, () => generator.uniform());
    yield { episode, t, obs, action, logits, log_prob: Math.log(chosen), reward: 1, terminated: isLast };
    const weight = (gamma ** t * (1 - gamma ** (episodeSteps - t))) / (1 - gamma);
    if (t === 0) update.episodes.push(episode);
    update.coef.push(-weight);
    const byFirst = -weight * ((action === 0 ? 1 : 0) - pi);
    update.logits_grad.push([byFirst, -byFirst]);
    if ((row + 1) % perUpdate !== 0) continue;
    yield { update: (row + 1) / perUpdate, gamma, ...update };
    update = { episodes: [], coef: [], logits_grad: [] };
  }
}

/** From the click in the explorer until the page shows what is in the file, until a step table, and until the findings. */
async function openingFigures(workbench: Workbench): Promise<Figure[]> {
  const start = performance.now();
  const page = await opened(workbench, "many.pgtrace");
  const painted = performance.now() - start;
  await page.getByRole("tab", { name: "Steps" }).click();
  await page.locator(".step-row[aria-rowindex='2'] .step-cell").first().waitFor();
  const stepped = performance.now() - start;
  await page.getByRole("tab", { name: "Findings" }).click();
  await page.locator(".trace-body > .verdict").waitFor({ timeout: 120_000 });
  const diagnosed = performance.now() - start;
  const seconds = (name: string, milliseconds: number, aim: number): Figure => ({
    ...figure(name, milliseconds / 1000, "s", `≤ ${aim} s`),
    reached: milliseconds <= 1000 * aim,
  });
  return [
    seconds("a trace of 10⁶ steps: click to first paint", painted, 5),
    seconds("the same: to the newest update's step table", stepped, 6),
    seconds("the same: to its findings", diagnosed, 8),
  ];
}

/** Frames while the table of an update of a million steps scrolls. */
async function scrollFigure(workbench: Workbench): Promise<Figure> {
  await workbench.runCommand("View: Close All Editors");
  const page = await opened(workbench, "whole.pgtrace");
  await page.getByRole("tab", { name: "Steps" }).click();
  await page.locator(".step-row[aria-rowindex='2'] .step-cell").first().waitFor({ timeout: 120_000 });
  await page.getByRole("tab", { name: /Findings/u }).waitFor();
  await after(8_000);
  const gaps = await page.evaluate(scrollFrames, 1000 * scrollSeconds);
  const { p95 } = spreadOf(gaps);
  const name = `scrolling an update of 10⁶ steps, a frame, p95 (longest ${Math.max(...gaps).toFixed(0)} ms)`;
  return { ...figure(name, p95, "ms", "≤ 20 ms"), reached: p95 <= 20 };
}

/** In the page: turns a wheel over the table in every frame and notes the time between frames. */
function scrollFrames(milliseconds: number): Promise<number[]> {
  const body = document.querySelector(".step-body")!;
  return new Promise((resolve) => {
    const gaps: number[] = [];
    const start = performance.now();
    let last = start;
    const tick = (now: number) => {
      gaps.push(now - last);
      last = now;
      body.dispatchEvent(new WheelEvent("wheel", { deltaY: 400, bubbles: true, cancelable: true }));
      if (now - start < milliseconds) requestAnimationFrame(tick);
      else resolve(gaps.slice(1));
    };
    requestAnimationFrame(tick);
  });
}

async function opened({ page, webview }: Workbench, name: string): Promise<Frame> {
  await page.locator(".explorer-folders-view").getByText(name).dblclick();
  const frame = await webview("pgi-trace h1");
  await frame.locator("h1", { hasText: name }).waitFor({ timeout: 120_000 });
  return frame;
}

function figure(name: string, ours: number, unit: string, aim: string): Figure {
  return { name, ours, peer: undefined, unit, ratio: undefined, aim, reached: undefined };
}
