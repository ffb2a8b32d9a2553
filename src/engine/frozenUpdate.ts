import type { PolicySpecification } from "../policies/policy.ts";
import { maskBytes } from "../policies/rowMasks.ts";
import { countCuts } from "../policies/valueHead.ts";
import type { Batch, CarriedTraces } from "../rl/batch.ts";
import { BlobError, type BlobRecord, decodeBlob, encodeBlob } from "../runs/blob.ts";
import type { JsonValue } from "../runs/metadata.ts";

/** What the losses of one update are held against, whoever recorded it. */
export interface FrozenBatch {
  readonly update: number;
  readonly batch: Batch;
  /** Of a trace only what the policy puts out is known: its layers say nothing there. */
  readonly specification: PolicySpecification;
  readonly gamma: number;
  readonly learningRate: number;
  readonly loss: string;
}

/** All that one update was made from: enough to compute it again, and others from the same batch. */
export interface FrozenUpdate extends FrozenBatch {
  /** θ before the step. */
  readonly theta: Float64Array;
}

/** A copy that later updates cannot change. */
export function freeze(update: FrozenUpdate): FrozenUpdate {
  const { batch } = update;
  return {
    ...update,
    theta: update.theta.slice(),
    batch: {
      ...batch,
      observations: batch.observations.slice(),
      actions: batch.actions.slice(),
      rewards: batch.rewards.slice(),
      time: batch.time.slice(),
      terminated: batch.terminated.slice(),
      truncated: batch.truncated.slice(),
      episodes: batch.episodes.slice(),
      ...(batch.finalObservations && { finalObservations: batch.finalObservations.slice() }),
      ...(batch.rows && { rows: batch.rows.slice() }),
      ...(batch.masks && { masks: batch.masks.slice() }),
    },
  };
}

/** The payload of a kept update in a run file. */
export function encodeFrozen({
  update,
  batch,
  theta,
  specification,
  gamma,
  learningRate,
  loss,
}: FrozenUpdate): Uint8Array {
  const { observations, actions, rewards, time, terminated, truncated, episodes, finalObservations } = batch;
  return encodeBlob({
    update,
    gamma,
    learningRate,
    loss,
    specification: plainSpecification(specification),
    theta,
    observations,
    actions,
    rewards,
    time,
    terminated,
    truncated,
    episodes,
    ...(finalObservations && { finalObservations }),
    ...(batch.rows && { rows: batch.rows }),
    ...(batch.masks && { masks: batch.masks }),
    ...encodeCarried(batch.carried),
    ...Object.fromEntries(
      Object.entries(batch.recorded ?? {}).map(([name, column]) => [recordedPrefix + name, column]),
    ),
  });
}

const recordedPrefix = "recorded:";
const carriedPrefix = "carried:";

/** Eligibility traces in a blob: each its value, then its gradient. */
export function encodeCarried(carried: CarriedTraces | undefined): BlobRecord {
  return Object.fromEntries(
    Object.entries(carried ?? {}).map(([name, { value, gradient }]) => [
      carriedPrefix + name,
      joined(value, gradient),
    ]),
  );
}

function joined(value: number, gradient: Float64Array): Float64Array {
  const numbers = new Float64Array(1 + gradient.length);
  numbers[0] = value;
  numbers.set(gradient, 1);
  return numbers;
}

/** Reads what `encodeCarried` wrote, for a θ of `size` numbers. */
export function decodeCarried(record: BlobRecord, size: number): { readonly carried?: CarriedTraces } {
  const names = Object.keys(record).filter((name) => name.startsWith(carriedPrefix));
  if (names.length === 0) return {};
  const traces = names.map((name) => {
    const numbers = floats(record, name, size + 1);
    return [name.slice(carriedPrefix.length), { value: numbers[0]!, gradient: numbers.slice(1) }] as const;
  });
  return { carried: Object.fromEntries(traces) };
}

/** What a part of a larger batch has beside its columns. */
function partOf(record: BlobRecord, steps: number): Pick<Batch, "rows" | "recorded"> {
  const names = Object.keys(record).filter((name) => name.startsWith(recordedPrefix));
  const recorded = names.map(
    (name) => [name.slice(recordedPrefix.length), floats(record, name, steps)] as const,
  );
  return {
    ...(record.rows !== undefined && { rows: floats(record, "rows", steps) }),
    ...(names.length > 0 && { recorded: Object.fromEntries(recorded) }),
  };
}

/** The specification as JSON. */
function plainSpecification({ gaussian, value, dropout, ...rest }: PolicySpecification): JsonValue {
  return {
    ...rest,
    ...(dropout !== undefined && { dropout }),
    ...(gaussian && { gaussian: { ...gaussian } }),
    ...(value && { value: { ...value } }),
  };
}

/** Reads what `encodeFrozen` wrote. Throws BlobError where a column is missing or has another length than the rest. */
export function decodeFrozen(bytes: Uint8Array, specification: PolicySpecification): FrozenUpdate {
  const record = decodeBlob(bytes);
  const rewards = floats(record, "rewards");
  const steps = rewards.length;
  const { observationSize, actionCount, gaussian } = specification;
  const theta = floats(record, "theta");
  const batch: Batch = {
    steps,
    observationSize,
    actionCount,
    observations: floats(record, "observations", steps * observationSize),
    actions: floats(record, "actions", gaussian === undefined ? steps : steps * actionCount),
    rewards,
    time: floats(record, "time", steps),
    terminated: flags(record, "terminated", steps),
    truncated: flags(record, "truncated", steps),
    episodes: floats(record, "episodes", steps),
    ...partOf(record, steps),
    ...(specification.dropout !== undefined && {
      masks: flags(record, "masks", steps * maskBytes(specification.hidden)),
    }),
    ...decodeCarried(record, theta.length),
  };
  const isPart = batch.rows !== undefined;
  const cuts = specification.value === undefined || isPart ? 0 : countCuts(batch, steps);
  return {
    update: number(record, "update"),
    batch:
      cuts === 0
        ? batch
        : { ...batch, finalObservations: floats(record, "finalObservations", cuts * observationSize) },
    theta,
    specification,
    gamma: number(record, "gamma"),
    learningRate: number(record, "learningRate"),
    loss: text(record, "loss"),
  };
}

export function floats(record: BlobRecord, name: string, length?: number): Float64Array {
  const value = record[name];
  if (value instanceof Float64Array && (length === undefined || value.length === length)) return value;
  throw new BlobError(`the column "${name}" is missing or has the wrong length`);
}

function flags(record: BlobRecord, name: string, length: number): Uint8Array {
  const value = record[name];
  if (value instanceof Uint8Array && value.length === length) return value;
  throw new BlobError(`the column "${name}" is missing or has the wrong length`);
}

export function number(record: BlobRecord, name: string): number {
  const value = record[name];
  if (typeof value === "number") return value;
  throw new BlobError(`the number "${name}" is missing`);
}

function text(record: BlobRecord, name: string): string {
  const value = record[name];
  if (typeof value === "string") return value;
  throw new BlobError(`the text "${name}" is missing`);
}
