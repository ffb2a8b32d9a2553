import type {
  PolicyOutputs,
  TraceEvidence,
  Trajectories,
  UpdateEvidence,
} from "../../diagnosis/trace/evidence.ts";
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
  const contexts = new Map<number, Trajectories>();
  const environment = typeof header?.environment === "string" ? header.environment : undefined;
  return {
    environment,
    replay: replayTrace(trace, environment),
    recordedReward: (row) => steps.rewards.at(row),
    recordedTermination: (row) => (steps.flags(row) & terminatedFlag) !== 0,
    updates: trace.updates.map((record) => updateEvidence(trace, record, contexts)),
    where: (row) => ({ episode: steps.episodes.at(row), t: steps.time.at(row) }),
  };
}

/** One update with everything its trace tells of it; `contexts` keeps the trajectories of rollouts for its minibatches. */
export function updateEvidence(
  trace: Trace,
  record: UpdateRecord,
  contexts = new Map<number, Trajectories>(),
): UpdateEvidence {
  const { rollout, rows } = record;
  const context = contextOf(trace, record, contexts);
  const column = (name: StepColumnName) => gather(trace.steps.columns[name], rows);
  const vector = (name: VectorName) => record.vectors.get(name)?.data;
  const header = (name: string) => {
    const value = trace.header?.[name];
    return typeof value === "number" ? value : undefined;
  };
  const ownLogProbs = vector("log_prob");
  const sampledLogProbs = column("log_prob") ?? (rollout === undefined ? ownLogProbs : undefined);
  return {
    number: record.number,
    line: record.line,
    steps: rows.length,
    context,
    places: placesOf(context, rows),
    gamma: record.scalars.get("gamma") ?? header("gamma") ?? 1,
    gaeLambda: record.scalars.get("gae_lambda") ?? header("gae_lambda"),
    policy: outputsOf(trace, record),
    sampledLogProbs,
    logProbs: ownLogProbs ?? sampledLogProbs,
    hasOwnLogProbs:
      ownLogProbs !== undefined && (rollout !== undefined || differ(ownLogProbs, sampledLogProbs)),
    entropies: vector("entropy") ?? column("entropy"),
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
    isRollout: rollout !== undefined,
    clipEpsilon: record.scalars.get("clip_epsilon") ?? header("clip_epsilon"),
    recordedReturns: vector("returns") ?? record.tensors.get("returns")?.data,
    recordedAdvantages: vector("advantages") ?? record.tensors.get("advantages")?.data,
    source: record.source,
  };
}

/** The trajectories of an update's episodes, or of the whole rollout of which it may use a minibatch. */
function contextOf(trace: Trace, record: UpdateRecord, contexts: Map<number, Trajectories>): Trajectories {
  const { rollout } = record;
  if (rollout === undefined) return trajectoriesOf(trace, record.rows);
  let context = contexts.get(rollout);
  if (!context) {
    const { first, steps, environments } = trace.rollouts[rollout]!;
    context = trajectoriesOf(
      trace,
      Int32Array.from({ length: steps * environments }, (_, row) => first + row),
    );
    contexts.set(rollout, context);
  }
  return context;
}

function trajectoriesOf(trace: Trace, given: Int32Array): Trajectories {
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

function differ(a: Float64Array, b: Float64Array | undefined): boolean {
  return b !== undefined && (a.length !== b.length || a.some((value, t) => value !== b[t]));
}

/** What the policy put out, from the steps, or where they do not say from the update. */
function outputsOf(trace: Trace, { rows, vectors }: UpdateRecord): PolicyOutputs | undefined {
  const { columns } = trace.steps;
  const output = (name: "logits" | "mu" | "log_sigma") =>
    gather(columns[name], rows) ?? vectors.get(name)?.data;
  const actions = gather(columns.action, rows);
  const logits = output("logits");
  if (logits && actions && columns.action.width === 1) {
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

/** A σ for each step, for each dimension, or for both, as [T × d]. */
function spreadRows(values: Float64Array, steps: number, dimensions: number): Float64Array {
  if (values.length === steps * dimensions) return values;
  const isPerDimension = values.length === dimensions;
  return Float64Array.from({ length: steps * dimensions }, (_, at) =>
    isPerDimension ? values[at % dimensions]! : values[Math.floor(at / dimensions)]!,
  );
}

function spread(values: Float64Array | undefined, steps: number): Float64Array | undefined {
  if (!values || values.length === steps) return values;
  return new Float64Array(steps).fill(values[0]!);
}
