import type {
  PolicyOutputs,
  TraceEvidence,
  Trajectories,
  UpdateEvidence,
} from "../../diagnosis/trace/evidence.ts";
import { policyNumbers } from "../../diagnosis/trace/policy.ts";
import type { Column } from "../../runs/trace/columns.ts";
import {
  type StepColumnName,
  type Trace,
  terminatedFlag,
  truncatedFlag,
  type UpdateRecord,
  type VectorName,
} from "../../runs/trace/trace.ts";
import { replayTrace } from "./replayTrace.ts";

/** Makes a trace ready for diagnosis: every update with its own steps, in trajectories. */
export function traceEvidence(trace: Trace): TraceEvidence {
  const { header, steps } = trace;
  const seen: Seen = { contexts: new Map(), furthestRow: -1 };
  const isReused = reusesSteps(trace);
  const environment = typeof header?.environment === "string" ? header.environment : undefined;
  return {
    environment,
    unreadOutputs: unreadOutputs(trace),
    saysGamma: saysGamma(trace),
    replay: replayTrace(trace, environment),
    recordedReward: (row) => steps.rewards.at(row),
    recordedTermination: (row) => (steps.flags(row) & terminatedFlag) !== 0,
    updates: trace.updates.map((record) => updateEvidence(trace, record, seen, isReused)),
    where: (row) => ({ episode: steps.episodes.at(row), t: steps.time.at(row) }),
  };
}

/** The actions of several choices at once (multi-discrete) share one row of logits that nothing divides. */
function unreadOutputs({ steps: { columns }, updates }: Trace): string | undefined {
  const { width } = columns.action;
  const hasLogits = columns.logits.given > 0 || updates.some(({ vectors }) => vectors.has("logits"));
  if (!hasLogits || width < 2) return undefined;
  return `logits are recorded, but an action here has ${width} parts, and which logits belong to which is not`;
}

function saysGamma({ header, updates }: Trace): boolean {
  return typeof header?.gamma === "number" || updates.some(({ scalars }) => scalars.has("gamma"));
}

/** What the updates before used. */
interface Seen {
  /** Trajectories by the name of the steps in them. */
  readonly contexts: Map<string, Trajectories>;
  furthestRow: number;
}

/** Whether steps are used by more than one update, as in the epochs of PPO. */
function reusesSteps({ updates }: Trace): boolean {
  let furthest = -1;
  return updates.some(({ rows, rollout }) => {
    const isAgain = rollout === undefined && rows[0]! <= furthest;
    furthest = Math.max(furthest, rows.at(-1)!);
    return isAgain;
  });
}

/** Whether nothing was learned between these steps and the update. */
function isFirstUse(record: UpdateRecord, { contexts, furthestRow }: Seen): boolean {
  const { rollout, rows, scalars } = record;
  if ((scalars.get("epoch") ?? 0) !== 0 || (scalars.get("minibatch") ?? 0) !== 0) return false;
  return rollout === undefined ? rows[0]! > furthestRow : !contexts.has(sourceOf(record));
}

/** One update with everything its trace tells of it; `seen` keeps what the updates before it used. */
export function updateEvidence(
  trace: Trace,
  record: UpdateRecord,
  seen: Seen = { contexts: new Map(), furthestRow: -1 },
  isReused = false,
): UpdateEvidence {
  const { rollout, rows } = record;
  const isFirst = isFirstUse(record, seen);
  seen.furthestRow = Math.max(seen.furthestRow, rows.at(-1)!);
  const given = contextOf(trace, record, seen);
  const places = placesOf(given, rows);
  const context = isFirst && rollout === undefined ? withOwnValues(given, places, record) : given;
  seen.contexts.set(sourceOf(record), context);
  const column = (name: StepColumnName) => gather(trace.steps.columns[name], rows);
  const vector = (name: VectorName) => record.vectors.get(name)?.data;
  const header = (name: string) => {
    const value = trace.header?.[name];
    return typeof value === "number" ? value : undefined;
  };
  const ownLogProbs = vector("log_prob");
  const sampledLogProbs = column("log_prob") ?? (rollout === undefined && isFirst ? ownLogProbs : undefined);
  const outputs = outputsOf(trace, record, isFirst);
  const ownEntropies = vector("entropy");
  return {
    number: record.number,
    line: record.line,
    steps: rows.length,
    context,
    places,
    gamma: record.scalars.get("gamma") ?? header("gamma") ?? 1,
    gaeLambda: record.scalars.get("gae_lambda") ?? header("gae_lambda"),
    policy: outputs.sampled,
    ownPolicy: outputs.own,
    sampledLogProbs,
    logProbs: ownLogProbs ?? sampledLogProbs,
    hasOwnLogProbs:
      ownLogProbs !== undefined &&
      (rollout !== undefined || !isFirst || differ(ownLogProbs, sampledLogProbs)),
    ratio: ratioOf({ own: ownLogProbs, sampled: sampledLogProbs }, outputs),
    entropies: ownEntropies ?? column("entropy"),
    entropyPolicy: ownEntropies ? outputs.own : outputs.sampled,
    values: vector("value") ?? column("value"),
    loss: record.scalars.get("loss"),
    valueLoss: record.scalars.get("value_loss"),
    valueGrad: vector("value_grad"),
    gradNorm: record.scalars.get("grad_norm"),
    gradNormBefore: record.scalars.get("grad_norm_before"),
    coef: vector("coef"),
    entropyCoef: spread(vector("entropy_coef"), rows.length),
    logitsGrad: vector("logits_grad"),
    muGrad: vector("mu_grad"),
    logSigmaGrad: vector("log_sigma_grad"),
    epoch: record.scalars.get("epoch"),
    minibatch: record.scalars.get("minibatch"),
    isRollout: rollout !== undefined || isReused,
    clipEpsilon: record.scalars.get("clip_epsilon") ?? header("clip_epsilon"),
    recordedReturns: vector("returns") ?? record.tensors.get("returns")?.data,
    recordedAdvantages: vector("advantages") ?? record.tensors.get("advantages")?.data,
    source: record.source,
  };
}

/** Names the steps that an update picks from; those of further epochs and other minibatches have the same name. */
function sourceOf({ among }: UpdateRecord): string {
  return `${among[0]} ${among.at(-1)} ${among.length}`;
}

/** The trajectories of the episodes, or of the whole rollout, of which an update may use a minibatch. */
function contextOf(trace: Trace, record: UpdateRecord, { contexts }: Seen): Trajectories {
  const known = contexts.get(sourceOf(record));
  if (known) return known;
  const lastValues = record.rollout === undefined ? undefined : trace.rollouts[record.rollout]!.lastValues;
  const context = trajectoriesOf(trace, record.among, lastValues);
  contexts.set(sourceOf(record), context);
  return context;
}

function trajectoriesOf(trace: Trace, given: Int32Array, lastValues: Float64Array | undefined): Trajectories {
  const { steps } = trace;
  const rows = byEnvironment(steps.environments, given);
  const count = rows.length;
  const flag = (bit: number) => {
    const flags = new Uint8Array(count);
    for (let t = 0; t < count; t++) if ((steps.flags(rows[t]!) & bit) !== 0) flags[t] = 1;
    return flags;
  };
  const terminated = flag(terminatedFlag);
  const truncated = flag(truncatedFlag);
  const last = new Uint8Array(count);
  const trajectory = new Int32Array(count);
  const streamEnds = new Uint8Array(count);
  let trajectories = 0;
  for (let t = 0; t < count; t++) {
    trajectory[t] = trajectories;
    const next = rows[t + 1];
    const isSameStream =
      next !== undefined && Object.is(steps.environments.at(next), steps.environments.at(rows[t]!));
    if (!isSameStream) streamEnds[t] = 1;
    const goesOn =
      isSameStream &&
      terminated[t] === 0 &&
      truncated[t] === 0 &&
      steps.episodes.at(next) === steps.episodes.at(rows[t]!);
    if (goesOn) continue;
    last[t] = 1;
    trajectories++;
  }
  const values = gather(steps.columns.value, rows);
  const nextValues = new Float64Array(count).fill(Number.NaN);
  for (let t = 0; t < count; t++) {
    if (streamEnds[t] === 1) nextValues[t] = lastValues?.[steps.environments.at(rows[t]!)] ?? Number.NaN;
  }
  return {
    steps: count,
    rewards: columnAt(steps.rewards, rows),
    time: columnAt(steps.time, rows),
    terminated,
    truncated,
    last,
    streamEnds,
    trajectory,
    trajectories,
    values,
    finalValues: columnAt(steps.columns.final_value, rows),
    nextValues,
    rows,
    knowsEnds: terminated.some((ends) => ends === 1) || truncated.some((ends) => ends === 1),
  };
}

/** Rows of one environment after another; the order in time stays. */
function byEnvironment(environments: Column, rows: Int32Array): Int32Array {
  if (environments.given === 0) return rows;
  // A step that names no environment is of the first.
  const environment = (row: number) => environments.at(row) || 0;
  const order = Array.from(rows).sort((a, b) => environment(a) - environment(b) || a - b);
  return Int32Array.from(order);
}

/** Trajectories whose steps hold no V, with that of the first update on all of them: it is often told only there. */
function withOwnValues(context: Trajectories, places: Int32Array, record: UpdateRecord): Trajectories {
  const values = record.vectors.get("value")?.data;
  if (context.values || values?.length !== context.steps || places.length !== context.steps) return context;
  const ordered = new Float64Array(context.steps);
  places.forEach((place, t) => {
    ordered[place] = values[t]!;
  });
  return { ...context, values: ordered };
}

function placesOf(context: Trajectories, rows: Int32Array): Int32Array {
  if (context.rows === rows) {
    const own = new Int32Array(rows.length);
    for (let t = 0; t < own.length; t++) own[t] = t;
    return own;
  }
  const places = new Map<number, number>();
  context.rows.forEach((row, place) => {
    places.set(row, place);
  });
  return Int32Array.from(rows, (row) => places.get(row)!);
}

/** A column's numbers at these rows, [T]; NaN where it has none. A loop: this runs for every step of a trace. */
function columnAt(column: Column, rows: Int32Array): Float64Array {
  const values = new Float64Array(rows.length);
  for (let t = 0; t < rows.length; t++) values[t] = column.at(rows[t]!);
  return values;
}

/** A column at these rows, [T × width]; undefined where it is missing at any of them. */
function gather(column: Column, rows: Int32Array): Float64Array | undefined {
  const { width } = column;
  if (width === 0) return undefined;
  const values = new Float64Array(rows.length * width);
  for (let t = 0; t < rows.length; t++) {
    for (let k = 0; k < width; k++) {
      const value = column.at(rows[t]!, k);
      if (Number.isNaN(value)) return undefined;
      values[t * width + k] = value;
    }
  }
  return values;
}

/** Whether log-probabilities are others than those of sampling, beyond what another batch size rounds differently. */
function differ(own: Float64Array, sampled: Float64Array | undefined): boolean {
  if (sampled === undefined) return false;
  if (own.length !== sampled.length) return true;
  const slack = own.every((value) => Math.fround(value) === value) ? 1e-5 : 1e-9;
  return own.some((value, t) => !(Math.abs(value - sampled[t]!) <= slack * (1 + Math.abs(value))));
}

interface LogProbs {
  readonly own: Float64Array | undefined;
  readonly sampled: Float64Array | undefined;
}

/** ln π of the update and of sampling; what is not recorded is recomputed from the outputs, where it is sure to be that. */
function ratioOf(recorded: LogProbs, outputs: Outputs): UpdateEvidence["ratio"] {
  const isRecorded = recorded.own ?? recorded.sampled;
  // Beside a recorded density of an action that may be squashed, one of its mean and deviation alone is another.
  const made = (policy: PolicyOutputs | undefined) =>
    policy && (policy.kind === "categorical" || !isRecorded)
      ? policyNumbers(policy, policy.actions.length / widthOf(policy)).logProbs
      : undefined;
  const own = recorded.own ?? made(outputs.own);
  const sampled = recorded.sampled ?? made(outputs.sampled);
  return own && sampled && own.length === sampled.length ? { own, sampled } : undefined;
}

function widthOf(policy: PolicyOutputs): number {
  return policy.kind === "categorical" ? 1 : policy.dimensions;
}

interface Outputs {
  readonly sampled: PolicyOutputs | undefined;
  readonly own: PolicyOutputs | undefined;
}

/**
 * What the policy put out when the actions were drawn and when the update was computed. The one stands for the other
 * only where nothing was learned in between (`isFirst`).
 */
function outputsOf(trace: Trace, record: UpdateRecord, isFirst: boolean): Outputs {
  const { columns } = trace.steps;
  const { rows, vectors } = record;
  const ofSteps = madeOf(trace, rows, (name) => gather(columns[name], rows));
  const ofUpdate = madeOf(trace, rows, (name) => vectors.get(name)?.data);
  const mixed = (name: OutputName) => gather(columns[name], rows) ?? vectors.get(name)?.data;
  const either = ofSteps || ofUpdate ? undefined : madeOf(trace, rows, mixed);
  return {
    sampled: ofSteps ?? (isFirst ? ofUpdate : undefined) ?? either,
    own: ofUpdate ?? (isFirst ? ofSteps : undefined) ?? either,
  };
}

type OutputName = "logits" | "mu" | "log_sigma";

function madeOf(
  trace: Trace,
  rows: Int32Array,
  output: (name: OutputName) => Float64Array | undefined,
): PolicyOutputs | undefined {
  const { action } = trace.steps.columns;
  const actions = gather(action, rows);
  const logits = output("logits");
  if (logits && actions && action.width === 1) {
    return { kind: "categorical", actionCount: logits.length / rows.length, logits, actions };
  }
  const mu = output("mu");
  const logSigma = output("log_sigma");
  if (!mu || !logSigma || actions?.length !== mu.length) return undefined;
  const dimensions = mu.length / rows.length;
  return {
    kind: "gaussian",
    dimensions,
    mu,
    logSigma: spreadRows(logSigma, rows.length, dimensions),
    actions,
  };
}

/** One σ, a σ for each step, for each dimension, or for both, as [T × d]. */
function spreadRows(values: Float64Array, steps: number, dimensions: number): Float64Array {
  if (values.length === steps * dimensions) return values;
  if (values.length === 1) return new Float64Array(steps * dimensions).fill(values[0]!);
  const isPerDimension = values.length === dimensions;
  return Float64Array.from({ length: steps * dimensions }, (_, at) =>
    isPerDimension ? values[at % dimensions]! : values[Math.floor(at / dimensions)]!,
  );
}

function spread(values: Float64Array | undefined, steps: number): Float64Array | undefined {
  if (!values || values.length === steps) return values;
  return new Float64Array(steps).fill(values[0]!);
}
