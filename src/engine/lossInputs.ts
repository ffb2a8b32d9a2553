import type { Tensor } from "../loss/tensor.ts";
import type { Heads } from "../policies/policy.ts";
import type { Batch } from "../rl/batch.ts";
import { discountedReturns } from "../rl/returns.ts";

/** What a loss may read of an update: the batch, the heads and the settings in force. */
export interface LossSource {
  readonly batch: Batch;
  readonly heads: Heads;
  readonly gamma: number;
  readonly learningRate: number;
}

/** One name of the loss language as this engine fills it. */
type InputRow = (source: LossSource) => Tensor;

const column = (values: Float64Array): Tensor => ({ shape: [values.length], data: values });
const number = (value: number): Tensor => ({ shape: [], data: Float64Array.of(value) });
const flags = (values: Uint8Array): Tensor => ({
  shape: [values.length],
  data: new Float64Array(values),
  boolean: true,
});
const matrix = (values: Float64Array, batch: Batch): Tensor => ({
  shape: [batch.steps, batch.actionCount],
  data: values,
});

/** Every name that a policy with a categorical head has numbers for. */
export const lossInputRows: Readonly<Record<string, InputRow>> = {
  t: ({ batch }) => column(batch.time),
  r: ({ batch }) => column(batch.rewards),
  a: ({ batch }) => column(batch.actions),
  gamma: ({ gamma }) => number(gamma),
  alpha: ({ learningRate }) => number(learningRate),
  T: ({ batch }) => number(batch.steps),
  N: ({ batch }) => number(countEpisodes(batch)),
  terminated: ({ batch }) => flags(batch.terminated),
  truncated: ({ batch }) => flags(batch.truncated),
  done: ({ batch }) => flags(batch.terminated.map((flag, t) => flag | batch.truncated[t]!)),
  G_recorded: ({ batch, gamma }) => column(discountedReturns(batch.rewards, gamma, batch)),
  log_pi_old: ({ heads }) => column(heads.logProbabilities),
  log_pi: ({ heads }) => column(heads.logProbabilities),
  entropy: ({ heads }) => column(heads.entropies),
  logits: ({ heads, batch }) => matrix(heads.logits, batch),
  pi: ({ heads, batch }) => matrix(heads.probabilities, batch),
};

/** The tensors of the names that a loss uses; names without numbers here are left out. */
export function lossInputs(names: Iterable<string>, source: LossSource): Map<string, Tensor> {
  const inputs = new Map<string, Tensor>();
  for (const name of names) {
    const row = Object.hasOwn(lossInputRows, name) ? lossInputRows[name] : undefined;
    if (row) inputs.set(name, row(source));
  }
  return inputs;
}

export function countEpisodes(batch: Batch): number {
  return batch.steps === 0 ? 0 : batch.episodes[batch.steps - 1]! - batch.episodes[0]! + 1;
}
