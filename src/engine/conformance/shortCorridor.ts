import { corridorGradient, rightProbability, solveCorridor } from "../../environments/shortCorridorExact.ts";
import { type Comparison, merge, mismatch } from "./compare.ts";
import { type CorridorMode, corridorRuns } from "./corridorRuns.ts";
import { comparedCase, computedCase, type Outcome, type PendingCase } from "./outcome.ts";
import { type Fields, fields, list, MalformedCase, number, numbers } from "./reading.ts";

/** Both standard errors of the difference of two means. */
const greatestZ = 4;
/** p(right) at the start of the learning curves. */
const startProbability = 0.05;

/** Recomputes a file of the form of short_corridor.json: exact values and REINFORCE's learning curves. */
export function* conformShortCorridor(file: Fields): Iterable<PendingCase> {
  for (const [index, entry] of optionalList(file, "grid").entries()) {
    const id = `grid/${index}`;
    yield { id, compute: () => gridCase(id, fields(entry)) };
  }
  if (file.optimum !== undefined) {
    yield { id: "optimum", compute: () => optimumCase(fields(file.optimum)) };
  }
  for (const [index, entry] of optionalList(file, "gradients").entries()) {
    const id = `gradients/${index}`;
    yield { id, compute: () => gradientCase(id, fields(entry)) };
  }
  if (file.reinforce === undefined) return;
  const curves = fields(file.reinforce, '"reinforce"');
  for (const mode of ["frozen", "in_loop"] as const) {
    if (curves[mode] === undefined) continue;
    yield { id: `reinforce/${mode}`, compute: () => curveCase(file, curves, mode) };
  }
}

export const isShortCorridor = (file: Fields) =>
  Array.isArray(file.grid) && "p_right" in Object(file.grid[0]);

function optionalList(file: Fields, key: string): readonly unknown[] {
  return file[key] === undefined ? [] : list(file, key);
}

function gridCase(id: string, entry: Fields): Outcome {
  const probability = number(entry, "p_right");
  const { values, performance } = solveCorridor(probability);
  return comparedCase(id, entry, { p_right: probability, J: performance, v: values });
}

function optimumCase(entry: Fields): Outcome {
  const probability = optimalProbability();
  return comparedCase("optimum", entry, {
    p_right: probability,
    J: solveCorridor(probability).performance,
  });
}

/** Where dJ/dp changes sign, by bisection. */
function optimalProbability(): number {
  let low = 0.01;
  let high = 0.99;
  while (high - low > Number.EPSILON) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (solveCorridor(middle).slope > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The file's θ is (right, left); ours is in the order of the actions, (left, right). */
function gradientCase(id: string, entry: Fields): Outcome {
  const theta = numbers(entry, "theta");
  if (theta.length !== 2) throw new MalformedCase("theta does not have two numbers");
  const [right, left] = theta as unknown as readonly [number, number];
  const probability = rightProbability(left, right);
  const [byLeft, byRight] = corridorGradient(left, right);
  return comparedCase(id, entry, {
    theta,
    p_right: probability,
    J: solveCorridor(probability).performance,
    dJ_dtheta: [byRight, byLeft],
  });
}

function curveCase(file: Fields, curves: Fields, mode: CorridorMode): Outcome {
  const points = list(curves, mode).map((point) => fields(point, "a point"));
  const right = Math.log(startProbability / (1 - startProbability)) / 2;
  const last = Math.max(...points.map((point) => number(point, "episode")));
  const totals = corridorRuns(mode, number(file, "alpha"), [-right, right], number(file, "runs"), last);
  const ours = points.map((point) => summarise(totals, number(point, "episode")));
  return computedCase(
    `reinforce/${mode}`,
    ours,
    merge(points.map((point, i) => compareMeans(point, ours[i]!))),
  );
}

interface CurvePoint {
  readonly episode: number;
  readonly runs: number;
  readonly mean_total_reward: number;
  readonly standard_error: number;
  readonly median: number;
}

function summarise(totals: readonly Float64Array[], episode: number): CurvePoint {
  const values = Float64Array.from(totals, (curve) => curve[episode - 1]!).sort();
  const runs = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / runs;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (runs - 1);
  const median = (values[Math.floor((runs - 1) / 2)]! + values[Math.ceil((runs - 1) / 2)]!) / 2;
  return { episode, runs, mean_total_reward: mean, standard_error: Math.sqrt(variance / runs), median };
}

function compareMeans(point: Fields, ours: CurvePoint): Comparison {
  const mean = number(point, "mean_total_reward");
  const error = Math.hypot(number(point, "standard_error"), ours.standard_error);
  const z = (ours.mean_total_reward - mean) / error;
  if (Math.abs(z) <= greatestZ) return { numbers: 1, worst: Math.abs(z) / greatestZ, mismatches: [] };
  return mismatch(`episode ${ours.episode}: mean ${ours.mean_total_reward} against ${mean}, z = ${z}`);
}
