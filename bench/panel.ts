import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as after } from "node:timers/promises";
import type { Frame } from "playwright-core";
import { openRun } from "../src/runs/runReader.ts";
import {
  caughtUp,
  filledPanel,
  inState,
  openTrained,
  press,
  runFiles,
  type Trained,
  typeLoss,
} from "../test/panel/trained.ts";
import { poll } from "../test/util/poll.ts";
import { type Figure, median, spreadOf } from "./measure.ts";

const keystrokes = 60;
const rounds = 3;
const roundSeconds = 6;
const frameSeconds = 10;
const memorySeconds = 60;
const loss = "G = discounted_returns(r, gamma)\nloss = -(G.detach() * log_pi).sum() - entropy.sum() * 0.5";

/** The panel in the real workbench, with Chromium, VS Code and the engine on the same machine. */
export async function panelFigures(): Promise<Figure[]> {
  const marker = `panel-bench-${process.pid}`;
  const trained = await openTrained(
    { environment: "CartPole-v1", seed: 1 },
    { viewport: { width: 1440, height: 1000 }, env: { PGI_BENCH: marker } },
  );
  try {
    const typing = await keystrokeFigure(trained);
    const frames = await frameFigures(trained.panel);
    const memory = await memoryFigure(marker);
    return [typing, ...frames, memory, await speedFigure(trained)];
  } finally {
    await trained.workbench.close();
  }
}

function figure(name: string, ours: number, unit: string, aim: string, reached: boolean): Figure {
  return { name, ours, peer: undefined, unit, ratio: undefined, aim, reached };
}

/** From a key pressed in the loss editor of an update of 500 steps to the frame after the last change of the page. */
async function keystrokeFigure(trained: Trained): Promise<Figure> {
  const { panel, workbench } = trained;
  await pauseAtFullLength(panel);
  await typeLoss(trained, loss);
  await panel.locator(".gradient-table .cosine-cell").first().waitFor();
  await after(1_000);
  await panel.evaluate(watchRepaints);
  const times: number[] = [];
  for (let key = 0; key < keystrokes; key++) {
    const isDigit = key % 2 === 0;
    await workbench.page.keyboard.press(isDigit ? String(1 + ((key / 2) % 9)) : "Backspace");
    await after(300);
    times.push(await panel.evaluate(() => window.repainted - window.pressed));
  }
  const { p95, median: middle } = spreadOf(times);
  await panel.getByRole("button", { name: "Revert" }).click();
  await panel.getByRole("switch").check();
  await press(panel, "resume");
  await inState(panel, "training");
  const name = `keystroke to repainted panel at T = 500, p95 (median ${middle.toFixed(0)} ms)`;
  return figure(name, p95, "ms", "≤ 50 ms", p95 <= 50);
}

async function pauseAtFullLength(panel: Frame): Promise<void> {
  await poll(
    "an update of 500 steps",
    async () => {
      await press(panel, "pause");
      await caughtUp(panel);
      const heading = panel.getByRole("heading", { name: /^\d+ steps/u });
      if ((await heading.textContent())?.startsWith("500 ")) return true;
      await press(panel, "resume");
      await after(200);
      return undefined;
    },
    90_000,
  );
}

declare global {
  interface Window {
    pressed: number;
    repainted: number;
    gaps: number[];
  }
}

/** In the page: notes when a key was pressed, and the first frame after the latest change of what is shown. */
function watchRepaints(): void {
  addEventListener("keydown", () => (window.pressed = performance.now()), true);
  const isSeen = ({ target }: MutationRecord) =>
    (target instanceof Element ? target : target.parentElement)?.closest(".visually-hidden") === null;
  const note = (changes: MutationRecord[]) => {
    if (!changes.some(isSeen)) return;
    requestAnimationFrame(() => setTimeout(() => (window.repainted = performance.now())));
  };
  new MutationObserver(note).observe(document.body, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
  });
}

/** Frames of the page while the run trains at full speed and the panel follows it. */
async function frameFigures(panel: Frame): Promise<Figure[]> {
  await after(2_000);
  const gaps = await panel.evaluate(
    (milliseconds) =>
      new Promise<number[]>((resolve) => {
        const found: number[] = [];
        let last = performance.now();
        const end = last + milliseconds;
        const tick = (now: number) => {
          found.push(now - last);
          last = now;
          if (now < end) requestAnimationFrame(tick);
          else resolve(found.slice(1));
        };
        requestAnimationFrame(tick);
      }),
    frameSeconds * 1000,
  );
  const rate = (1000 * gaps.length) / gaps.reduce((sum, gap) => sum + gap, 0);
  const late = gaps.filter((gap) => gap > 50).length;
  const longest = Math.max(...gaps);
  return [
    figure("live training at full speed, frames", rate, "frames/s", "≥ 58 frames/s", rate >= 58),
    figure(`its longest frame (${late} over 50 ms)`, longest, "ms", "≤ 50 ms", longest <= 50),
  ];
}

/** The extension host's memory while the panel follows a run: last ten seconds against the first ten. */
async function memoryFigure(marker: string): Promise<Figure> {
  const host = extensionHost(marker);
  const sizes: number[] = [];
  for (let second = 0; second < memorySeconds; second++) {
    sizes.push(residentMegabytes(host));
    await after(1_000);
  }
  const growth = median(sizes.slice(-10)) / median(sizes.slice(0, 10)) - 1;
  const name = `extension host's memory over ${memorySeconds} s, growth (of ${median(sizes.slice(0, 10)).toFixed(0)} MB)`;
  return figure(name, 100 * growth, "%", "≤ 5 %", growth <= 0.05);
}

function extensionHost(marker: string): number {
  const found = readdirSync("/proc").find((name) => {
    try {
      return (
        readFileSync(`/proc/${name}/cmdline`, "latin1").includes("--type=extensionHost") &&
        readFileSync(`/proc/${name}/environ`, "latin1").includes(marker)
      );
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error("There is no extension host to measure.");
  return Number(found);
}

function residentMegabytes(id: number): number {
  const status = readFileSync(`/proc/${id}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/u.exec(status)?.[1]) / 1024;
}

/** Steps a second with the panel in view against the same run with the panel behind another tab, in turns. */
async function speedFigure({ workbench }: Trained): Promise<Figure> {
  const path = runFiles(workbench)[0]!;
  const tab = workbench.page.locator(".tab", { hasText: "REINFORCE" });
  const shown: number[] = [];
  const hidden: number[] = [];
  await workbench.runCommand("Create: New File...");
  await workbench.page.keyboard.press("Enter");
  const other = workbench.page.locator(".tab", { hasText: "Untitled-1" });
  for (let round = 0; round < rounds; round++) {
    await other.click();
    hidden.push(await stepsPerSecond(path));
    await tab.click();
    await filledPanel(workbench);
    shown.push(await stepsPerSecond(path));
  }
  const [ours, peer] = [median(shown), median(hidden)];
  const name = "training with the panel in view, against without";
  return {
    name,
    ours,
    peer,
    unit: "steps/s",
    ratio: ours / peer,
    aim: "≥ 0.9×",
    reached: ours / peer >= 0.9,
  };
}

/** What the run file says was done in some seconds. */
async function stepsPerSecond(path: string): Promise<number> {
  const run = openRun(path);
  try {
    await after(1_000);
    const before = stepsSoFar(run);
    const started = performance.now();
    await after(roundSeconds * 1000);
    return ((stepsSoFar(run) - before) / (performance.now() - started)) * 1000;
  } finally {
    run.close();
  }
}

function stepsSoFar(run: ReturnType<typeof openRun>): number {
  const { updates } = run.poll();
  return run.summaries(updates, updates).steps[0] ?? 0;
}
