import { endsOf, type UpdateEvidence } from "../../diagnosis/trace/evidence.ts";
import type { Precision } from "../../diagnosis/trace/precision.ts";
import type { Reading } from "../../diagnosis/trace/reading.ts";
import { Session } from "../../diagnosis/trace/session.ts";
import type { Batch, RecordedColumns } from "../../rl/batch.ts";
import { discountedReturns } from "../../rl/returns.ts";
import type { Trace } from "../../runs/trace/trace.ts";
import { updateEvidence } from "../diagnosis/evidence.ts";
import type { FrozenBatch } from "../frozenUpdate.ts";
import { type RecordedHeads, recordedHeads } from "./recordedHeads.ts";

export type { HeadName } from "./recordedHeads.ts";

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
  /** Rows of the trace, one for each step. */
  readonly rows: Int32Array;
}

/** Freezes the update at a place of a trace, counted from 1. */
export function freezeTrace(trace: Trace, position: number): FrozenTrace {
  const record = trace.updates[position - 1]!;
  const update = updateEvidence(trace, record);
  const order = stepOrder(update);
  const ends = endsOfBatch(update, order);
  const { specification, ...policy } = recordedHeads(update, record, order, ends);
  const gradients = recordedGradients(update, order);
  const { context, gamma } = update;
  const observations = ofTrace(trace.steps.columns.obs, order);
  const actions = ofTrace(trace.steps.columns.action, order);
  const columns = new Map(
    Object.entries({
      returns: inOrder(update.recordedReturns, order),
      adv: inOrder(update.recordedAdvantages, order),
      log_pi_old: hasMoved(update) ? inOrder(update.sampledLogProbs, order) : undefined,
    }).flatMap(([name, values]) => (values?.length === order.steps ? [[name, values] as const] : [])),
  );
  const observationSize = trace.steps.columns.obs.width;
  const actionCount = specification.actionCount || trace.steps.columns.action.width;
  const batch: Batch = {
    steps: order.steps,
    observationSize,
    actionCount,
    observations,
    actions,
    rewards: atPlaces(context.rewards, order),
    time: atPlaces(context.time, order),
    ...ends,
    episodes: ofTrace(trace.steps.episodes, order),
    ...(order.isPart && { rows: Float64Array.from(order.places) }),
    ...recordedInBatch(columns, gradients),
  };
  return {
    update: position,
    number: record.number,
    line: record.line,
    batch,
    specification: { ...specification, observationSize, actionCount },
    gamma,
    learningRate: record.scalars.get("learning_rate") ?? Number.NaN,
    loss: "",
    ...policy,
    gradients,
    value: update.loss,
    returns: atPlaces(discountedReturns(context.rewards, gamma, endsOf(context)), order),
    columns,
    knowsEnds: context.knowsEnds,
    rows: Int32Array.from(order.places, (place) => context.rows[place]!),
  };
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
): { recorded?: RecordedColumns } {
  const weights = logPi?.map((adjoint) => (Number.isNaN(adjoint) ? 0 : -adjoint));
  const named = { ...Object.fromEntries(columns), ...(weights && { c_recorded: weights }) };
  const { returns, ...rest } = named as Record<string, Float64Array>;
  const recorded = { ...rest, ...(returns && { G_recorded: returns }) };
  return Object.keys(recorded).length === 0 ? {} : { recorded };
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

/** Where the steps of an update that happened at these places of a trace stand in its table. */
export function stepsAt(
  { batch }: FrozenTrace,
  places: readonly { readonly episode: number; readonly t: number }[],
): readonly number[] {
  const wanted = new Set(places.map(({ episode, t }) => `${episode} ${t}`));
  const found: number[] = [];
  for (let step = 0; step < batch.steps && wanted.size > 0; step++) {
    if (wanted.delete(`${batch.episodes[step]} ${batch.time[step]}`)) found.push(step);
  }
  return found;
}
