import { writeWholeFile } from "./createFile.ts";
import type { JsonValue } from "./metadata.ts";

/** The first line of a trace; further keys are written as they are. */
export interface TraceHeader {
  readonly environment: string;
  readonly gamma: number;
  readonly actionSpace:
    | { readonly type: "discrete"; readonly n: number }
    | { readonly type: "box"; readonly shape: readonly number[] };
  readonly [key: string]: unknown;
}

/** T steps in columns. What is optional is left out of the trace where it is undefined. */
export interface TraceSteps {
  readonly observationSize: number;
  /** K, or d where there is μ. */
  readonly actionCount: number;
  /** [T × observationSize]. */
  readonly observations: Float64Array;
  /** [T] each. */
  readonly episodes: Float64Array;
  readonly time: Float64Array;
  readonly actions: Float64Array;
  readonly rewards: Float64Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  /** [T × K], the policy's outputs when the action was drawn. */
  readonly logits?: Float64Array | undefined;
  /** [T × d] each, μ and ln σ of a Gaussian policy; `actions` are [T × d] then. */
  readonly mu?: Float64Array | undefined;
  readonly logSigma?: Float64Array | undefined;
  /** [T] each: ln π(a_t|s_t), the entropy in nats, V(s_t). */
  readonly logProbs?: Float64Array | undefined;
  readonly entropies?: Float64Array | undefined;
  readonly values?: Float64Array | undefined;
  /** V of the final observation of every episode that was cut without terminating, in order. */
  readonly finalValues?: Float64Array | undefined;
}

/** Which rows of a rollout an update used; epoch and minibatch count from 0. */
export interface TracePart {
  readonly rollout: number;
  /** [T] of the update, step × environments + environment. */
  readonly rows: readonly number[];
  readonly epoch?: number;
  readonly minibatch?: number;
}

/** One update with the T steps it used. */
export interface TraceUpdate extends TraceSteps {
  /** Counted from 1. */
  readonly update: number;
  readonly gamma: number;
  readonly loss?: number | undefined;
  /** [T], ∂(policy term)/∂ln π_t of the minimised loss: −c_t. */
  readonly coef?: Float64Array | undefined;
  /** What the sum of entropies is multiplied with, negative for a bonus. */
  readonly entropyCoef?: number | undefined;
  readonly gradNorm?: number | undefined;
  /** [T × K], ∂L/∂logits. */
  readonly logitsGrad?: Float64Array | undefined;
  /** [T × d] each, ∂L/∂μ and ∂L/∂ln σ; [T], ∂L/∂V. */
  readonly muGrad?: Float64Array | undefined;
  readonly logSigmaGrad?: Float64Array | undefined;
  readonly valueGrad?: Float64Array | undefined;
}

const traceVersion = 1;

/** The lines of a trace (version 1), each with its line end: header, then the steps of each update and the update itself. */
export function* traceLines(header: TraceHeader, updates: Iterable<TraceUpdate>): Generator<string> {
  yield headerLine(header);
  for (const update of updates) yield* updateLines(update);
}

/** A trace's first line. */
export function headerLine({ actionSpace, ...rest }: TraceHeader): string {
  return traceLine({ pgtrace: traceVersion, ...rest, action_space: actionSpace });
}

/** A line for each step of an update and the update's own. */
export function* updateLines(update: TraceUpdate): Generator<string> {
  const ends = finalValuesAt(update);
  for (let t = 0; t < update.time.length; t++) {
    const finalValue = Number.isNaN(ends[t]) ? undefined : ends[t];
    yield traceLine({ ...stepOf(update, t), final_value: finalValue });
  }
  yield traceLine({
    update: update.update,
    gamma: update.gamma,
    episodes: [...new Set(update.episodes)],
    ...numbersOf(update),
  });
}

/**
 * The one line of an update whose steps stand in a rollout before it. Where the policy has moved since (`moved`), with its
 * own log-probabilities, entropies and values, and without gradients at outputs that the trace does not hold.
 */
export function partLine(update: TraceUpdate, part: TracePart, moved: boolean): string {
  const { logitsGrad, muGrad, logSigmaGrad, ...rest } = update;
  const own = { log_prob: update.logProbs, entropy: update.entropies, value: update.values };
  return traceLine({
    update: update.update,
    gamma: update.gamma,
    ...part,
    ...numbersOf(moved ? rest : update),
    ...(moved && own),
  });
}

/** Steps of environments side by side as one line of columns [T, N], time first. Row e·T + t of `steps` is step t of e. */
export function rolloutLine(number: number, steps: TraceSteps, environments: number): string {
  const { observationSize, actionCount, mu } = steps;
  const count = steps.time.length;
  const length = count / environments;
  const packed = (values: ArrayLike<number> | undefined, width = 0) => {
    if (values === undefined) return undefined;
    const ordered = timeFirst(values, length, environments, Math.max(1, width));
    const base64 = Buffer.from(ordered.buffer).toString("base64");
    return { dtype: "float64", shape: [length, environments, ...(width > 0 ? [width] : [])], base64 };
  };
  return traceLine({
    rollout: number,
    episode: packed(steps.episodes),
    t: packed(steps.time),
    obs: packed(steps.observations, observationSize),
    action: packed(steps.actions, mu === undefined ? 0 : actionCount),
    logits: packed(steps.logits, actionCount),
    mu: packed(mu, actionCount),
    log_sigma: packed(steps.logSigma, actionCount),
    log_prob: packed(steps.logProbs),
    entropy: packed(steps.entropies),
    reward: packed(steps.rewards),
    terminated: packed(steps.terminated),
    truncated: packed(steps.truncated.map((flag) => (flag === 1 ? 1 : 0))),
    value: packed(steps.values),
    final_value: steps.finalValues && packed(finalValuesAt(steps)),
  });
}

/** Row e·T + t of a matrix to row t·N + e. */
function timeFirst(
  values: ArrayLike<number>,
  length: number,
  environments: number,
  width: number,
): Float64Array {
  const ordered = new Float64Array(values.length);
  for (let row = 0; row < length * environments; row++) {
    const to = (row % length) * environments + Math.floor(row / length);
    for (let k = 0; k < width; k++) ordered[to * width + k] = values[row * width + k]!;
  }
  return ordered;
}

/** Writes updates as a whole trace file. Throws RunError: "exists" without `force`, "full", … */
export function exportTrace(
  path: string,
  header: TraceHeader,
  updates: Iterable<TraceUpdate>,
  options: { force?: boolean } = {},
): void {
  writeWholeFile(path, traceLines(header, updates), options);
}

function stepOf(update: TraceSteps, t: number): Record<string, unknown> {
  return {
    episode: update.episodes[t],
    t: update.time[t],
    obs: row(update.observations, t, update.observationSize),
    action: update.mu === undefined ? update.actions[t] : row(update.actions, t, update.actionCount),
    logits: row(update.logits, t, update.actionCount),
    mu: row(update.mu, t, update.actionCount),
    log_sigma: row(update.logSigma, t, update.actionCount),
    log_prob: update.logProbs?.[t],
    entropy: update.entropies?.[t],
    reward: update.rewards[t],
    terminated: update.terminated[t] === 1,
    truncated: update.truncated[t] !== 0,
    value: update.values?.[t],
  };
}

/** [T], V after the steps that cut an episode; NaN at the others. */
function finalValuesAt(steps: TraceSteps): Float64Array {
  let cuts = 0;
  return Float64Array.from(steps.time, (_, t) =>
    isCut(steps, t) ? (steps.finalValues?.[cuts++] ?? Number.NaN) : Number.NaN,
  );
}

function isCut({ terminated, truncated, time }: TraceSteps, t: number): boolean {
  return terminated[t] !== 1 && (truncated[t] !== 0 || t === time.length - 1);
}

function numbersOf(update: TraceUpdate): Record<string, unknown> {
  const { actionCount } = update;
  const rows = (matrix: Float64Array | undefined) =>
    matrix && Array.from(update.time, (_, t) => row(matrix, t, actionCount));
  return {
    loss: update.loss,
    coef: update.coef,
    entropy_coef: update.entropyCoef,
    grad_norm: update.gradNorm,
    logits_grad: rows(update.logitsGrad),
    mu_grad: rows(update.muGrad),
    log_sigma_grad: rows(update.logSigmaGrad),
    value_grad: update.valueGrad,
  };
}

function row(matrix: Float64Array | undefined, t: number, width: number): Float64Array | undefined {
  return matrix?.subarray(t * width, (t + 1) * width);
}

/** One line of JSON, where typed arrays are lists and NaN, Infinity and -Infinity are strings; undefined is left out. */
function traceLine(record: Record<string, unknown>): string {
  return `${JSON.stringify(record, (_, value: unknown) => spelled(value))}\n`;
}

function spelled(value: unknown): JsonValue | undefined {
  if (value instanceof Float64Array) return Array.from(value);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return value as JsonValue | undefined;
}
