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

/** One update with the T steps it used, in columns. What is optional is left out of the trace where it is undefined. */
export interface TraceUpdate {
  /** Counted from 1. */
  readonly update: number;
  readonly gamma: number;
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
  const { actionSpace, ...rest } = header;
  yield traceLine({ pgtrace: traceVersion, ...rest, action_space: actionSpace });
  for (const update of updates) {
    let cuts = 0;
    for (let t = 0; t < update.time.length; t++) {
      const finalValue = isCut(update, t) ? update.finalValues?.[cuts++] : undefined;
      yield traceLine({ ...stepOf(update, t), final_value: finalValue });
    }
    yield traceLine(updateOf(update));
  }
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

function stepOf(update: TraceUpdate, t: number): Record<string, unknown> {
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

function isCut({ terminated, truncated, time }: TraceUpdate, t: number): boolean {
  return terminated[t] !== 1 && (truncated[t] !== 0 || t === time.length - 1);
}

function updateOf(update: TraceUpdate): Record<string, unknown> {
  const { actionCount } = update;
  const rows = (matrix: Float64Array | undefined) =>
    matrix && Array.from(update.time, (_, t) => row(matrix, t, actionCount));
  return {
    update: update.update,
    gamma: update.gamma,
    episodes: [...new Set(update.episodes)],
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
