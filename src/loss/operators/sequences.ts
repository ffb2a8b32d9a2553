import { columnStep, type Frame } from "../frame.ts";
import { type OperatorRow, type Parameter, problem, type ShapeRule } from "../operator.ts";
import { formatShape } from "../shapes.ts";
import { steps } from "./shapeRules.ts";

const REWARDS: Parameter = { kind: "tensor", name: "r" };
const VALUES: Parameter = { kind: "tensor", name: "V" };
const GAMMA: Parameter = { kind: "tensor", name: "gamma" };

/** What follows an episode's end, and where episodes end; the columns are taken from the data if they are there. */
const ENDS: readonly Parameter[] = [
  { kind: "tensor", name: "bootstrap", default: 0 },
  {
    kind: "tensor",
    name: "terminated",
    aliases: ["done"],
    default: { data: ["terminated", "done"], otherwise: 0 },
  },
  { kind: "tensor", name: "truncated", default: { data: ["truncated"], otherwise: 0 } },
];

const stepsOfRewards: ShapeRule = (operands, settings) => {
  const rewards = operands[0]!;
  if (rewards.shape.length !== 1)
    return problem(
      "shape",
      `${formatShape(rewards.shape)} is no column of rewards`,
      "give one reward per step, [T]",
    );
  return steps(operands, settings);
};

/** Reads a column, or a scalar as if it were one. */
interface Column {
  readonly frame: Frame;
  readonly data: Float64Array;
  readonly step: 0 | 1;
}

function columnOf(frame: Frame): Column {
  return { frame, data: frame.value, step: columnStep(frame) as 0 | 1 };
}

function at(column: Column, t: number): number {
  return column.data[t * column.step]!;
}

function addTo(column: Column, t: number, amount: number): void {
  if (column.frame.wanted) column.frame.adjoint[t * column.step]! += amount;
}

/** How row t goes on: into row t + 1, into the bootstrap value, or into nothing. */
type Continuation = 0 | 1 | 2;
const NEXT_ROW = 0;
const BOOTSTRAP = 1;
const NOTHING = 2;

interface Episodes {
  readonly bootstrap: Column;
  readonly terminated: Column;
  readonly truncated: Column;
  readonly last: number;
}

function episodesOf(frame: Frame, first: number): Episodes {
  return {
    bootstrap: columnOf(frame.operands[first]!),
    terminated: columnOf(frame.operands[first + 1]!),
    truncated: columnOf(frame.operands[first + 2]!),
    last: frame.count - 1,
  };
}

function continuation(episodes: Episodes, t: number): Continuation {
  if (at(episodes.terminated, t) !== 0) return NOTHING;
  return t === episodes.last || at(episodes.truncated, t) !== 0 ? BOOTSTRAP : NEXT_ROW;
}

/** The value that follows row t, where `later` holds it for rows that go on. */
function following(episodes: Episodes, t: number, later: Float64Array): number {
  const how = continuation(episodes, t);
  return how === NEXT_ROW ? later[t + 1]! : how === BOOTSTRAP ? at(episodes.bootstrap, t) : 0;
}

/** Written out without the helpers above: it runs on every update. */
function returnsForward(frame: Frame): void {
  const [r, gamma, bootstrap, terminated, truncated] = frame.operands as readonly Frame[] as [
    Frame,
    Frame,
    Frame,
    Frame,
    Frame,
  ];
  const gammaStep = columnStep(gamma);
  const bootstrapStep = columnStep(bootstrap);
  const terminatedStep = columnStep(terminated);
  const truncatedStep = columnStep(truncated);
  const rewards = r.value;
  const discounts = gamma.value;
  const terminations = terminated.value;
  const truncations = truncated.value;
  const returns = frame.value;
  const last = returns.length - 1;
  let following = last < 0 ? 0 : bootstrap.value[last * bootstrapStep]!;
  for (let t = last; t >= 0; t--) {
    if (terminations[t * terminatedStep] !== 0) following = 0;
    else if (truncations[t * truncatedStep] !== 0) following = bootstrap.value[t * bootstrapStep]!;
    following = rewards[t]! + discounts[t * gammaStep]! * following;
    returns[t] = following;
  }
}

function returnsBackward(frame: Frame): void {
  const r = columnOf(frame.operands[0]!);
  const gamma = columnOf(frame.operands[1]!);
  const episodes = episodesOf(frame, 2);
  let carried = 0;
  for (let t = 0; t < frame.count; t++) {
    const g = frame.adjoint[t]! + carried;
    addTo(r, t, g);
    addTo(gamma, t, g * following(episodes, t, frame.value));
    const how = continuation(episodes, t);
    carried = how === NEXT_ROW ? g * at(gamma, t) : 0;
    if (how === BOOTSTRAP) addTo(episodes.bootstrap, t, g * at(gamma, t));
  }
}

function errorForward(frame: Frame): void {
  const [r, values, gamma] = frame.operands.slice(0, 3).map(columnOf) as [Column, Column, Column];
  const episodes = episodesOf(frame, 3);
  for (let t = 0; t < frame.count; t++) {
    frame.value[t] = at(r, t) + at(gamma, t) * following(episodes, t, values.data) - at(values, t);
  }
}

/** Passes on the adjoint g of δ_t = r_t + γ·next_t - V_t. */
function passError(
  columns: readonly [Column, Column, Column],
  episodes: Episodes,
  t: number,
  g: number,
): void {
  const [r, values, gamma] = columns;
  addTo(r, t, g);
  addTo(values, t, -g);
  addTo(gamma, t, g * following(episodes, t, values.data));
  const how = continuation(episodes, t);
  if (how === NEXT_ROW) addTo(values, t + 1, g * at(gamma, t));
  if (how === BOOTSTRAP) addTo(episodes.bootstrap, t, g * at(gamma, t));
}

function errorBackward(frame: Frame): void {
  const columns = frame.operands.slice(0, 3).map(columnOf) as [Column, Column, Column];
  const episodes = episodesOf(frame, 3);
  for (let t = 0; t < frame.count; t++) passError(columns, episodes, t, frame.adjoint[t]!);
}

function advantageForward(frame: Frame): void {
  const [r, values, gamma, lambda] = frame.operands.slice(0, 4).map(columnOf) as [
    Column,
    Column,
    Column,
    Column,
  ];
  const episodes = episodesOf(frame, 4);
  const advantages = frame.value;
  for (let t = frame.count - 1; t >= 0; t--) {
    const error = at(r, t) + at(gamma, t) * following(episodes, t, values.data) - at(values, t);
    const goesOn = continuation(episodes, t) === NEXT_ROW;
    advantages[t] = goesOn ? error + at(gamma, t) * at(lambda, t) * advantages[t + 1]! : error;
  }
}

function advantageBackward(frame: Frame): void {
  const [r, values, gamma, lambda] = frame.operands.slice(0, 4).map(columnOf) as [
    Column,
    Column,
    Column,
    Column,
  ];
  const episodes = episodesOf(frame, 4);
  let carried = 0;
  for (let t = 0; t < frame.count; t++) {
    const g = frame.adjoint[t]! + carried;
    passError([r, values, gamma], episodes, t, g);
    carried = 0;
    if (continuation(episodes, t) !== NEXT_ROW) continue;
    const later = frame.value[t + 1]!;
    addTo(gamma, t, g * at(lambda, t) * later);
    addTo(lambda, t, g * at(gamma, t) * later);
    carried = g * at(gamma, t) * at(lambda, t);
  }
}

/** The last row whose reward enters the n-step return of row t. */
function lastRow(episodes: Episodes, t: number, n: number): number {
  let row = t;
  while (row < t + n - 1 && continuation(episodes, row) === NEXT_ROW) row++;
  return row;
}

function nStepForward(frame: Frame): void {
  const [r, values, gamma] = frame.operands.slice(0, 3).map(columnOf) as [Column, Column, Column];
  const episodes = episodesOf(frame, 3);
  for (let t = 0; t < frame.count; t++) {
    const last = lastRow(episodes, t, frame.settings.integer!);
    let total = following(episodes, last, values.data);
    for (let row = last; row >= t; row--) total = at(r, row) + at(gamma, row) * total;
    frame.value[t] = total;
  }
}

function nStepBackward(frame: Frame): void {
  const [r, values, gamma] = frame.operands.slice(0, 3).map(columnOf) as [Column, Column, Column];
  const episodes = episodesOf(frame, 3);
  const totals = new Float64Array(frame.count + 1);
  for (let t = 0; t < frame.count; t++) {
    const last = lastRow(episodes, t, frame.settings.integer!);
    totals[last + 1] = following(episodes, last, values.data);
    for (let row = last; row > t; row--) totals[row] = at(r, row) + at(gamma, row) * totals[row + 1]!;
    let g = frame.adjoint[t]!;
    for (let row = t; row <= last; row++) {
      addTo(r, row, g);
      addTo(gamma, row, g * totals[row + 1]!);
      g *= at(gamma, row);
    }
    const how = continuation(episodes, last);
    if (how === NEXT_ROW) addTo(values, last + 1, g);
    if (how === BOOTSTRAP) addTo(episodes.bootstrap, last, g);
  }
}

const nStepRule: ShapeRule = (operands, settings) =>
  settings.integer! >= 1
    ? stepsOfRewards(operands, settings)
    : problem(
        "argument",
        `n_step needs n of at least 1, not ${settings.integer}`,
        "n is the number of rewards that are summed",
      );

const base = { aliases: [] as readonly string[], family: "sequence", shape: stepsOfRewards } as const;

function ours(name: string, argumentsText: string) {
  const call = `${name}(${argumentsText})`;
  return { torch: call, jax: call, numpy: call };
}

/**
 * Recursions over steps. Rows follow each other in time; after a terminated row nothing follows, after a truncated
 * one and after the last row the value `bootstrap` follows, and the next row begins an episode anew.
 */
export const SEQUENCES: readonly OperatorRow[] = [
  {
    ...base,
    name: "discounted_returns",
    aliases: ["compute_returns", "rewards_to_go", "reward_to_go"],
    parameters: [REWARDS, GAMMA, ...ENDS],
    doc: "G_t = r_t + gamma·G_{t+1} within each episode; after a truncated or unfinished one bootstrap follows.",
    spelling: ours("discounted_returns", "r, gamma"),
    forward: returnsForward,
    backward: returnsBackward,
  },
  {
    ...base,
    name: "td_error",
    parameters: [REWARDS, VALUES, GAMMA, ...ENDS],
    doc: "delta_t = r_t + gamma·V_{t+1} - V_t; after an end nothing follows, or bootstrap where it was truncated.",
    spelling: ours("td_error", "r, V, gamma"),
    forward: errorForward,
    backward: errorBackward,
  },
  {
    ...base,
    name: "gae",
    aliases: ["generalized_advantage_estimation"],
    parameters: [
      REWARDS,
      VALUES,
      GAMMA,
      { kind: "tensor", name: "lambda", aliases: ["lam", "lambda_", "lmbda"] },
      ...ENDS,
    ],
    doc: "A_t = delta_t + gamma·lambda·A_{t+1} within each episode, delta_t as in td_error.",
    spelling: ours("gae", "r, V, gamma, lambda"),
    forward: advantageForward,
    backward: advantageBackward,
  },
  {
    ...base,
    name: "n_step",
    aliases: ["n_step_returns"],
    parameters: [REWARDS, VALUES, GAMMA, { kind: "integer", name: "n", setting: "integer" }, ...ENDS],
    doc: "The sum of n discounted rewards and gamma^n·V_{t+n}, cut at the episode's end.",
    spelling: ours("n_step", "r, V, gamma, n"),
    shape: nStepRule,
    operations: (frame) => frame.count * Math.min(frame.settings.integer!, frame.count),
    forward: nStepForward,
    backward: nStepBackward,
  },
];
