import type { CarriedTraces } from "../rl/batch.ts";
import { BlobError, type BlobRecord, decodeBlob, encodeBlob } from "../runs/blob.ts";
import { decodeCarried, encodeCarried, floats, number } from "./frozenUpdate.ts";

/** Everything of a run that its next update depends on. */
export interface TrainerState {
  readonly update: number;
  readonly episode: number;
  readonly steps: number;
  readonly milliseconds: number;
  readonly theta: Float64Array;
  readonly optimiserStep: number;
  readonly moments: readonly Float64Array[];
  readonly environmentGenerator: readonly number[];
  readonly actionGenerator: readonly number[];
  /** Returns of the last 100 episodes. */
  readonly returns: Float64Array;
  /** Where episodes stand between two batches of steps; empty where batches are whole episodes. */
  readonly environments: Float64Array;
  /** Of the generator that drops hidden units; empty in checkpoints of earlier versions. */
  readonly dropoutGenerator: readonly number[];
  /** Eligibility traces after the last step; absent where there are none. */
  readonly carried?: CarriedTraces | undefined;
  /** Of the generator that shuffles minibatches; empty in checkpoints of earlier versions. */
  readonly shuffleGenerator: readonly number[];
}

/** A checkpoint's bytes. */
export function encodeTrainerState(state: TrainerState): Uint8Array {
  return encodeBlob({
    update: state.update,
    episode: state.episode,
    steps: state.steps,
    milliseconds: state.milliseconds,
    theta: state.theta,
    optimiserStep: state.optimiserStep,
    ...Object.fromEntries(state.moments.map((moment, index) => [`moment${index}`, moment])),
    environmentGenerator: [...state.environmentGenerator],
    actionGenerator: [...state.actionGenerator],
    returns: state.returns,
    environments: state.environments,
    shuffleGenerator: [...state.shuffleGenerator],
    dropoutGenerator: [...state.dropoutGenerator],
    ...encodeCarried(state.carried),
  });
}

/** Reads a checkpoint. Throws BlobError where something is missing. */
export function decodeTrainerState(bytes: Uint8Array): TrainerState {
  const record = decodeBlob(bytes);
  const moments = Object.keys(record)
    .filter((name) => name.startsWith("moment"))
    .sort()
    .map((name) => floats(record, name));
  const theta = floats(record, "theta");
  return {
    update: number(record, "update"),
    episode: number(record, "episode"),
    steps: number(record, "steps"),
    milliseconds: number(record, "milliseconds"),
    theta,
    optimiserStep: number(record, "optimiserStep"),
    moments,
    environmentGenerator: integers(record, "environmentGenerator"),
    actionGenerator: integers(record, "actionGenerator"),
    returns: floats(record, "returns"),
    // Checkpoints of earlier versions, whose batches were whole episodes, have neither.
    environments: record.environments === undefined ? new Float64Array(0) : floats(record, "environments"),
    shuffleGenerator: laterIntegers(record, "shuffleGenerator"),
    dropoutGenerator: laterIntegers(record, "dropoutGenerator"),
    ...decodeCarried(record, theta.length),
  };
}

/** Integers that checkpoints of earlier versions do not have: none then. */
function laterIntegers(record: BlobRecord, name: string): readonly number[] {
  return record[name] === undefined ? [] : integers(record, name);
}

function integers(record: BlobRecord, name: string): readonly number[] {
  const value = record[name];
  if (Array.isArray(value) && value.every((entry) => Number.isInteger(entry))) return value as number[];
  throw new BlobError(`the integers "${name}" are missing`);
}
