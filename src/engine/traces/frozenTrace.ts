import { endsOf, type UpdateEvidence } from "../../diagnosis/trace/evidence.ts";
import type { Precision } from "../../diagnosis/trace/precision.ts";
import type { Reading } from "../../diagnosis/trace/reading.ts";
import { Session } from "../../diagnosis/trace/session.ts";
import type { RecordedColumns } from "../../rl/batch.ts";
import { discountedReturns } from "../../rl/returns.ts";
import type { Trace } from "../../runs/trace/trace.ts";
import { updateEvidence } from "../diagnosis/evidence.ts";
import type { FrozenBatch } from "../frozenUpdate.ts";
import { type RecordedHeads, recordedHeads } from "./recordedHeads.ts";
import { atPlaces, inOrder, ofTrace, type StepOrder, stepOrder } from "./stepOrder.ts";

/** The derivatives of an update's own loss as a trace has them, in the order of the batch; undefined where it does not. */
export interface RecordedGradients {
  /** [T], ∂L/∂ln π and ∂L/∂H. */
  readonly logPi: Float64Array | undefined;
  readonly entropy: Float64Array | undefined;
  /** [T × K] or [T × d]. */
  readonly logits: Float64Array | undefined;
  readonly mu: Float64Array | undefined;
  readonly logSigma: Float64Array | undefined;
  /** [T]. */
  readonly values: Float64Array | undefined;
  /** Whether ∂L/∂ln π was read from the gradient at the outputs. */
  readonly isRead: boolean;
}

/** One update of a trace with all that its losses can be held against. Nothing in it can be changed. */
export interface FrozenTrace
  extends FrozenBatch,
    Pick<RecordedHeads, "heads" | "known" | "recorded" | "isAnotherPolicy"> {
  /** The number by which the script called it, and its line in the trace. */
  readonly number: number;
  readonly line: number;
  readonly gradients: RecordedGradients;
  /** The recorded loss. */
  readonly value: number | undefined;
  /** [T], G from the recorded rewards and γ. */
  readonly returns: Float64Array;
  /** [T] each, by column: what the script computed itself. */
  readonly columns: ReadonlyMap<string, Float64Array>;
  /** Whether the recorder knew how episodes end. */
  readonly knowsEnds: boolean;
}

/** Freezes the update at a place of a trace, counted from 1. */
export function freezeTrace(trace: Trace, position: number): FrozenTrace {
  const record = trace.updates[position - 1]!;
  const update = updateEvidence(trace, record);
  const order = stepOrder(update);
  const ends = endsOfBatch(update, order);
  const { specification, ...policy } = recordedHeads(update, record, order, ends);
  const gradients = recordedGradients(update, order);
  const columns = columnsOfScript(update, order);
  const { obs, action } = trace.steps.columns;
  const sizes = { observationSize: obs.width, actionCount: specification.actionCount || action.width };
  const { context, gamma } = update;
  return {
    update: position,
    number: record.number,
    line: record.line,
    batch: {
      steps: order.steps,
      ...sizes,
      observations: ofTrace(obs, order),
      actions: ofTrace(action, order),
      rewards: atPlaces(context.rewards, order),
      time: atPlaces(context.time, order),
      ...ends,
      episodes: ofTrace(trace.steps.episodes, order),
      ...(order.isPart && { rows: Float64Array.from(order.places) }),
      recorded: recordedInBatch(columns, gradients),
    },
    specification: { ...specification, ...sizes },
    gamma,
    learningRate: record.scalars.get("learning_rate") ?? Number.NaN,
    loss: "",
    ...policy,
    gradients,
    value: update.loss,
    returns: atPlaces(discountedReturns(context.rewards, gamma, endsOf(context)), order),
    columns,
    knowsEnds: context.knowsEnds,
  };
}

/** What the script computed itself, one number for each step. */
function columnsOfScript(update: UpdateEvidence, order: StepOrder): ReadonlyMap<string, Float64Array> {
  const columns = {
    returns: inOrder(update.recordedReturns, order),
    adv: inOrder(update.recordedAdvantages, order),
    log_pi_old: hasMoved(update) ? inOrder(update.sampledLogProbs, order) : undefined,
  };
  const held = new Map<string, Float64Array>();
  for (const [name, values] of Object.entries(columns)) {
    if (values?.length === order.steps) held.set(name, values);
  }
  return held;
}

/** Farther apart than float32 rounds when ln π is computed once more. */
const rounding = 1e-5;

/** Whether ln π of the update may be another than that of sampling. */
function hasMoved({ isRollout, hasOwnLogProbs, logProbs, sampledLogProbs }: UpdateEvidence): boolean {
  if (!hasOwnLogProbs || isRollout) return hasOwnLogProbs;
  return logProbs!.some((own, t) => Math.abs(own - sampledLogProbs![t]!) > rounding);
}

/** Where a batch of the loss language ends its episodes: 2 where only the trace stops and the episode may go on. */
function endsOfBatch({ context }: UpdateEvidence, order: StepOrder) {
  const { terminated, truncated, last } = context;
  const cut = truncated.map((flag, t) => (flag === 1 ? 1 : last[t] === 1 && terminated[t] === 0 ? 2 : 0));
  return { terminated: atPlaces(terminated, order), truncated: atPlaces(cut, order) };
}

/** What a loss may name of an update beside its batch, by the loss language's names. */
function recordedInBatch(
  columns: ReadonlyMap<string, Float64Array>,
  { logPi }: RecordedGradients,
): RecordedColumns | undefined {
  const recorded: Record<string, Float64Array> = {};
  for (const [name, values] of columns) recorded[name === "returns" ? "G_recorded" : name] = values;
  if (logPi) recorded.c_recorded = logPi.map((adjoint) => (Number.isNaN(adjoint) ? 0 : -adjoint));
  return Object.keys(recorded).length === 0 ? undefined : recorded;
}

function recordedGradients(update: UpdateEvidence, order: StepOrder): RecordedGradients {
  const reading = readingOf(update);
  const weights = inOrder(reading?.weights, order);
  const bonus = inOrder(reading?.entropyWeights, order);
  const ofPolicy = (values: Float64Array | undefined, size: number | undefined) =>
    values?.length === size ? inOrder(values, order) : undefined;
  const { policy, valueGrad } = update;
  const isGaussian = policy?.kind === "gaussian";
  return {
    logPi: weights?.map((weight) => -weight),
    entropy: bonus?.map((weight) => -weight),
    logits: ofPolicy(update.logitsGrad, isGaussian ? undefined : policy?.logits.length),
    mu: ofPolicy(update.muGrad, isGaussian ? policy.mu.length : undefined),
    logSigma: ofPolicy(update.logSigmaGrad, isGaussian ? policy.mu.length : undefined),
    values: valueGrad?.length === order.steps ? inOrder(valueGrad, order) : undefined,
    isRead: reading !== undefined && reading.from !== "per-step weights",
  };
}

/** The weights of an update as a diagnosis reads them. */
function readingOf(update: UpdateEvidence): Reading | undefined {
  const session = new Session({
    environment: undefined,
    unreadOutputs: undefined,
    saysGamma: true,
    replay: undefined,
    recordedReward: undefined,
    recordedTermination: undefined,
    updates: [update],
    where: (row) => ({ episode: 0, t: row }),
  });
  const reading = session.readings[0]?.reading;
  const isRounding = update.entropyCoef === undefined && isSmall(reading, session.weightPrecision);
  return reading && isRounding ? { ...reading, entropyWeights: undefined } : reading;
}

/** Whether the entropy's weights, read beside those of ∇ln π, are what rounding leaves of none. */
function isSmall(reading: Reading | undefined, { unit }: Precision): boolean {
  const largest = (values: Float64Array | undefined) =>
    values?.reduce((most, value) => (Math.abs(value) > most ? Math.abs(value) : most), 0) ?? 0;
  return largest(reading?.entropyWeights) <= 100 * unit * largest(reading?.weights);
}

/** When a step happened, as one word. */
export function placeName(episode: number, t: number): string {
  return `${episode} ${t}`;
}

/** Rows of an update's table whose steps happened at one of these places. */
export function stepsAt({ batch }: FrozenTrace, places: ReadonlySet<string>): readonly number[] {
  const found: number[] = [];
  for (let step = 0; step < batch.steps; step++) {
    if (places.has(placeName(batch.episodes[step]!, batch.time[step]!))) found.push(step);
  }
  return found;
}
