import { traceNames } from "../loss/names.ts";
import type { Tensor } from "../loss/tensor.ts";
import type { Heads, OpaqueHeads, PolicySpecification } from "../policies/policy.ts";
import type { Batch } from "../rl/batch.ts";
import { discountedReturns } from "../rl/returns.ts";

/** What a loss may read of an update: the batch, the heads and the settings in force. */
export interface LossSource {
  readonly batch: Batch;
  readonly heads: Heads | OpaqueHeads;
  readonly gamma: number;
  readonly learningRate: number;
}

/** One name of the loss language as this engine fills it; undefined where the policy has no such head. */
type InputRow = (source: LossSource) => Tensor | undefined;

const column = (values: Float64Array): Tensor => ({ shape: [values.length], data: values });
const number = (value: number): Tensor => ({ shape: [], data: Float64Array.of(value) });
const flags = (steps: number, isSet: (t: number) => boolean): Tensor => {
  const data = new Float64Array(steps);
  for (let t = 0; t < steps; t++) data[t] = isSet(t) ? 1 : 0;
  return { shape: [steps], data, boolean: true };
};
const matrix = (values: Float64Array | undefined, batch: Batch): Tensor | undefined =>
  values && { shape: [batch.steps, batch.actionCount], data: values };
const optional = (values: Float64Array | undefined) => values && column(values);

/** Every name that some policy has numbers for. */
export const lossInputRows: Readonly<Record<string, InputRow>> = {
  t: ({ batch }) => column(batch.time),
  r: ({ batch }) => column(batch.rewards),
  a: ({ batch, heads }) => (heads.logits ? column(batch.actions) : matrix(batch.actions, batch)),
  gamma: ({ gamma }) => number(gamma),
  alpha: ({ learningRate }) => number(learningRate),
  T: ({ batch }) => number(batch.steps),
  N: ({ batch }) => number(countEpisodes(batch)),
  terminated: ({ batch }) => flags(batch.steps, (t) => batch.terminated[t] === 1),
  truncated: ({ batch }) => flags(batch.steps, (t) => batch.truncated[t] !== 0),
  done: ({ batch }) => flags(batch.steps, (t) => batch.terminated[t] === 1 || batch.truncated[t] !== 0),
  G_recorded: ({ batch, gamma }) => column(discountedReturns(batch.rewards, gamma, batch)),
  log_pi_old: ({ heads }) => column(heads.logProbabilities),
  log_pi: ({ heads }) => column(heads.logProbabilities),
  entropy: ({ heads }) => column(heads.entropies),
  logits: ({ heads, batch }) => matrix(heads.logits, batch),
  pi: ({ heads, batch }) => matrix(heads.probabilities, batch),
  mu: ({ heads, batch }) => matrix(heads.mu, batch),
  sigma: ({ heads, batch }) => matrix(heads.sigma, batch),
  V: ({ heads }) => optional(heads.values),
  V_next: ({ heads }) => optional(heads.nextValues),
  V_recorded: ({ heads }) => optional(heads.values),
  ...Object.fromEntries(traceNames.map((name) => [name, traceRow(name)])),
};

function traceRow(name: string): InputRow {
  return ({ batch }) => column(new Float64Array(batch.steps).fill(batch.carried?.[name]?.value ?? 0));
}

const discreteNames = ["logits", "pi"];
const continuousNames = ["mu", "sigma"];
const valueNames = ["V", "V_next", "V_recorded"];

/**
 * The names that a policy has numbers for; all of them where the policy is not known. Of a batch that is gone through in
 * parts the steps do not follow each other, so that there is no V_next; the advantages are recorded before.
 */
export function namesFor(specification: PolicySpecification | undefined, inParts: boolean): string[] {
  const names = [...Object.keys(lossInputRows), "adv"];
  if (specification === undefined) return names;
  const absent = new Set([
    ...(specification.gaussian === undefined ? continuousNames : discreteNames),
    ...(specification.value === undefined ? valueNames : []),
    ...(inParts ? ["V_next", ...traceNames] : ["adv"]),
  ]);
  return names.filter((name) => !absent.has(name));
}

/** The tensors of the names that a loss uses; names without numbers here are left out. */
export function lossInputs(names: Iterable<string>, source: LossSource): Map<string, Tensor> {
  const inputs = new Map<string, Tensor>();
  for (const name of names) {
    const row = Object.hasOwn(lossInputRows, name) ? lossInputRows[name] : undefined;
    const recorded = source.batch.recorded?.[name];
    const tensor = recorded ? column(recorded) : row?.(source);
    if (tensor) inputs.set(name, tensor);
  }
  return inputs;
}

export function countEpisodes({ steps, episodes }: Batch): number {
  let count = 0;
  const seen = new Set<number>();
  for (let t = 0; t < steps; t++) {
    if (t > 0 && episodes[t] === episodes[t - 1]) continue;
    if (!seen.has(episodes[t]!)) count++;
    seen.add(episodes[t]!);
  }
  return count;
}
