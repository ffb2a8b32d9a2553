import { architectureOf } from "../../policies/architecture.ts";
import type { PolicySpecification } from "../../policies/policy.ts";
import { cutRows } from "../../policies/valueHead.ts";
import type { Batch, RecordedColumns } from "../../rl/batch.ts";
import { observationRows } from "./plainPolicy.ts";
import type { ProofProblem } from "./problem.ts";

type Fails = (problem: ProofProblem) => Promise<boolean>;

/**
 * A smaller and plainer problem that still fails: one episode, then its shortest failing piece by bisection from both
 * ends, then plain rewards, discount, observations and parameters. Each change is kept only if the failure stays.
 */
export async function shrink(problem: ProofProblem, fails: Fails): Promise<ProofProblem> {
  const episode = await fewestRows(problem, fails);
  return plainest(episode, fails);
}

async function fewestRows(problem: ProofProblem, fails: Fails): Promise<ProofProblem> {
  let smallest = problem;
  for (const [start, end] of episodeRanges(problem.batch)) {
    const one = withRows(problem, start, end);
    if (one.batch.steps < smallest.batch.steps && (await fails(one))) smallest = one;
  }
  smallest = await shortest(smallest, fails, (length) => [0, length]);
  return shortest(smallest, fails, (length, { batch }) => [batch.steps - length, batch.steps]);
}

/** The first row and the one after the last of every episode. */
function episodeRanges({ steps, time }: Batch): [number, number][] {
  const starts = Array.from(time.keys()).filter((row) => row === 0 || time[row]! <= time[row - 1]!);
  return starts.map((start, index) => [start, starts[index + 1] ?? steps]);
}

/** The shortest piece of a problem that fails, with 1 to 3 rows tried first and bisection after that. */
async function shortest(
  problem: ProofProblem,
  fails: Fails,
  rangeOf: (length: number, problem: ProofProblem) => [number, number],
): Promise<ProofProblem> {
  const piece = (length: number) => {
    const [start, end] = rangeOf(length, problem);
    return withRows(problem, start, end);
  };
  for (let length = 1; length <= Math.min(3, problem.batch.steps - 1); length++) {
    if (await fails(piece(length))) return piece(length);
  }
  let passing = Math.min(3, problem.batch.steps - 1);
  let failing = problem.batch.steps;
  while (failing - passing > 1) {
    const middle = Math.floor((passing + failing) / 2);
    if (await fails(piece(middle))) failing = middle;
    else passing = middle;
  }
  return failing === problem.batch.steps ? problem : piece(failing);
}

/** Rows `start` to `end` of a problem; the clock of each row stays what it was. */
function withRows(problem: ProofProblem, start: number, end: number): ProofProblem {
  const { batch } = problem;
  const { steps } = batch;
  const cut = <Column extends Float64Array | Uint8Array>(column: Column) => {
    const width = column.length / steps;
    return column.slice(start * width, end * width) as Column;
  };
  const piece: Batch = {
    ...batch,
    steps: end - start,
    observations: cut(batch.observations),
    actions: cut(batch.actions),
    rewards: cut(batch.rewards),
    time: cut(batch.time),
    terminated: cut(batch.terminated),
    truncated: cut(batch.truncated),
    episodes: cut(batch.episodes),
    ...(batch.rows && { rows: cut(batch.rows) }),
    ...(batch.masks && { masks: cut(batch.masks) }),
    ...(batch.recorded && { recorded: mapColumns(batch.recorded, cut) }),
  };
  if (!batch.finalObservations) return { ...problem, batch: piece };
  return { ...problem, batch: { ...piece, finalObservations: finalsOf(batch, piece, start) } };
}

function mapColumns(
  columns: RecordedColumns,
  change: (column: Float64Array) => Float64Array,
): RecordedColumns {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, change(column)]));
}

/** What follows each row that ends an episode, or now the batch, without terminating. */
function finalsOf(batch: Batch, piece: Batch, start: number): Float64Array {
  const rows = observationRows(batch);
  const before = cutRows(batch, batch.steps);
  const after = (row: number) => (before.includes(row) ? batch.steps + before.indexOf(row) : row + 1);
  const finals = cutRows(piece, piece.steps);
  return Float64Array.from(finals.flatMap((t) => Array.from(rows[after(start + t)]!)));
}

type Change = (problem: ProofProblem) => ProofProblem;

/** Of each group the first change under which the failure stays is made; the plainest comes first. */
const simplifications: readonly (readonly Change[])[] = [
  [linearAtZero, rounded("theta", 0.5), rounded("theta", 0.1), rounded("theta", 0.01)],
  [
    withRewards(() => 1),
    withRewards((reward) => Math.round(reward)),
    withRewards((reward) => round(reward, 0.1)),
  ],
  [rounded("observations", 1), rounded("observations", 0.1), rounded("observations", 0.01)],
  [
    (problem) => ({ ...problem, gamma: 0.5 }),
    (problem) => ({ ...problem, gamma: round(problem.gamma, 0.1) }),
  ],
];

async function plainest(problem: ProofProblem, fails: Fails): Promise<ProofProblem> {
  let current = problem;
  for (const group of simplifications) {
    for (const change of group) {
      const changed = change(current);
      if (!(await fails(changed))) continue;
      current = changed;
      break;
    }
  }
  return current;
}

/** A linear policy with θ = 0: every action is equally likely, nothing is dropped, and no trace is carried. */
function linearAtZero(problem: ProofProblem): ProofProblem {
  const { value, dropout: _, ...rest } = problem.specification;
  const { masks: __, carried: ___, ...batch } = problem.batch;
  const plainValue = value?.trunk === "own" ? { trunk: "own" as const, hidden: [] } : value;
  const specification: PolicySpecification = {
    ...rest,
    hidden: [],
    bias: false,
    ...(value && { value: plainValue }),
  };
  return {
    ...problem,
    batch,
    specification,
    theta: new Float64Array(architectureOf(specification).parameterCount),
  };
}

function withRewards(change: (reward: number) => number): Change {
  return (problem) => ({
    ...problem,
    batch: { ...problem.batch, rewards: problem.batch.rewards.map(change) },
  });
}

function rounded(what: "theta" | "observations", unit: number): Change {
  return (problem) => {
    const plain = (values: Float64Array) => values.map((value) => round(value, unit));
    if (what === "theta") return { ...problem, theta: plain(problem.theta) };
    return { ...problem, batch: { ...problem.batch, observations: plain(problem.batch.observations) } };
  };
}

/** The nearest multiple of `unit`, written with as few digits as it needs. */
function round(value: number, unit: number): number {
  return Number((Math.round(value / unit) * unit).toFixed(2));
}
