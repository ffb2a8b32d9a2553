import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type CorridorExperiment, runCorridor } from "../../src/engine/conformance/corridorInLoop.ts";
import { solveCorridor } from "../../src/environments/shortCorridorExact.ts";
import { root } from "../lib/paths.mjs";
import { drawCurves } from "./curveFigure.ts";
import type { Workshop } from "./workshop.ts";

const runs = 100;
const episodes = 1000;
/** 2 − √2: p(right) of the best policy that cannot tell the states apart. */
const bestProbability = 2 - Math.SQRT2;
export const optimum = solveCorridor(bestProbability).performance;
/** Episodes whose means the page shows. */
export const shownEpisodes = [1, 100, 200, 500, 1000] as const;

const figures = [
  { id: "13.1", settings: [{ power: -12 }, { power: -13 }, { power: -14 }] },
  { id: "13.2", settings: [{ power: -9, valuePower: -6 }, { power: -13 }] },
] as const;

export interface CorridorRow {
  readonly figure: string;
  readonly setting: string;
  /** Mean total reward at each of `shownEpisodes`, with the standard error of the mean. */
  readonly points: readonly { readonly mean: number; readonly error: number }[];
  /** Mean total reward of the last 100 episodes of all runs. */
  readonly last100: number;
  /** Of all runs after the last episode. */
  readonly medianProbability: number;
  /** Median over the runs of the exact value of the last policy. */
  readonly medianValue: number;
  /** Runs that ended with p(right) below 1 % or above 99 %. */
  readonly lost: number;
}

export interface CorridorPart {
  readonly seconds: Readonly<Record<string, number>>;
  readonly rows: readonly CorridorRow[];
  readonly reference: { readonly runs: number; readonly points: number; readonly greatestZ: number };
}

/** Figures 13.1 and 13.2: draws them, and returns what the page says of them. `save` takes a picture's name and text. */
export function corridorPart({ save }: Pick<Workshop, "save">): CorridorPart {
  const rows: CorridorRow[] = [];
  const seconds: Record<string, number> = {};
  for (const { id, settings } of figures) {
    const started = performance.now();
    const measured = settings.map((setting) => measure(id, setting));
    seconds[id] = (performance.now() - started) / 1000;
    rows.push(...measured.map(({ row }) => row));
    save(`figure-${id}`, draw(id, measured));
  }
  return { seconds, rows, reference: againstReference() };
}

interface Setting {
  readonly power: number;
  readonly valuePower?: number;
}

function experimentOf({ power, valuePower }: Setting): CorridorExperiment {
  return {
    alpha: 2 ** power,
    ...(valuePower !== undefined && { valueAlpha: 2 ** valuePower }),
    start: [Math.log(19), 0],
    episodes,
    timeLimit: 1000,
  };
}

const superscript = (power: number) =>
  `2⁻${[...String(-power)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("")}`;

function nameOf(figure: string, { power, valuePower }: Setting): string {
  if (valuePower !== undefined)
    return `with baseline, αθ = ${superscript(power)}, αw = ${superscript(valuePower)}`;
  return figure === "13.1" ? `α = ${superscript(power)}` : `REINFORCE, α = ${superscript(power)}`;
}

function measure(figure: string, setting: Setting): { row: CorridorRow; curve: Float64Array } {
  const all = Array.from({ length: runs }, (_, index) => runCorridor(experimentOf(setting), index + 1));
  const curve = Float64Array.from({ length: episodes }, (_, episode) =>
    meanOf(all.map(({ totals }) => totals[episode]!)),
  );
  const probabilities = all.map((run) => run.probabilities[episodes - 1]!);
  const row = {
    figure,
    setting: nameOf(figure, setting),
    points: shownEpisodes.map((episode) => pointOf(all.map(({ totals }) => totals[episode - 1]!))),
    last100: meanOf(curve.subarray(episodes - 100)),
    medianProbability: medianOf(probabilities),
    medianValue: medianOf(probabilities.map((probability) => solveCorridor(probability).performance)),
    lost: probabilities.filter((probability) => probability < 0.01 || probability > 0.99).length,
  };
  return { row, curve };
}

function draw(id: string, measured: readonly { row: CorridorRow; curve: Float64Array }[]): string {
  const said = measured.map(
    ({ row }) =>
      `${row.setting}: ${row.points.map(({ mean }, place) => `${mean.toFixed(1)} in episode ${shownEpisodes[place]}`).join(", ")}`,
  );
  return drawCurves({
    title: `Figure ${id}: total reward on the short corridor, mean of ${runs} runs`,
    words: `The mean total reward of an episode against its number. ${said.join(". ")}. The best value is ${optimum.toFixed(4)}.`,
    across: "episode",
    up: "total reward of the episode",
    least: -90,
    greatest: -5,
    ticks: [-80, -60, -40, -20],
    mark: { value: optimum, name: `v* = ${optimum.toFixed(2).replace("-", "−")}` },
    curves: measured.map(({ row, curve }) => ({ name: row.setting, values: curve })),
  });
}

interface ReferencePoint {
  readonly episode: number;
  readonly mean_total_reward: number;
  readonly standard_error: number;
}

/** As many runs as the reference has, with its own cap: runs with an episode beyond 10,000 steps are left out. */
function againstReference(): CorridorPart["reference"] {
  const file = JSON.parse(readFileSync(join(root, "test/reference/short_corridor.json"), "utf8")) as {
    alpha: number;
    runs: number;
    reinforce: { in_loop: ReferencePoint[] };
  };
  const experiment = { ...experimentOf({ power: 0 }), alpha: file.alpha, timeLimit: 10_001 };
  const all = Array.from({ length: file.runs }, (_, index) => runCorridor(experiment, index + 1).totals);
  const kept = all.filter((totals) => totals.every((total) => total >= -10_000));
  const scores = file.reinforce.in_loop.map(({ episode, mean_total_reward, standard_error }) => {
    const { mean, error } = pointOf(kept.map((totals) => totals[episode - 1]!));
    return Math.abs(mean - mean_total_reward) / Math.hypot(error, standard_error);
  });
  return { runs: file.runs, points: scores.length, greatestZ: Math.max(...scores) };
}

function pointOf(values: readonly number[]): { mean: number; error: number } {
  const mean = meanOf(values);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, error: Math.sqrt(variance / values.length) };
}

function meanOf(values: Float64Array | readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
