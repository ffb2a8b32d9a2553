import type { Heads, OpaqueHeads } from "../../policies/policy.ts";
import type { Batch } from "../../rl/batch.ts";
import { discountedReturns, discountPowers } from "../../rl/returns.ts";
import type { FrozenBatch } from "../frozenUpdate.ts";

/** A column [T] of the step table that is the same under every loss; undefined for another name. */
export function baseColumn(
  { batch, gamma }: FrozenBatch,
  heads: Heads | OpaqueHeads,
  name: string,
): Float64Array | undefined {
  const { steps, actionCount, observationSize } = batch;
  switch (name) {
    case "step":
      return Float64Array.from({ length: steps }, (_, step) => step);
    case "episode":
      return batch.episodes;
    case "t":
      return batch.time;
    case "action":
      return batch.actions.length === steps
        ? batch.actions
        : matrixColumn("a[0]", "a", batch.actions, steps, actionCount);
    case "reward":
      return batch.rewards;
    case "G":
      if (batch.recorded) return batch.recorded.G_recorded;
      return discountedReturns(batch.rewards, gamma, batch);
    case "gamma_t":
      return discountPowers(batch.time, gamma);
    case "log_pi":
      return heads.logProbabilities.slice(0, steps);
    case "entropy":
      return heads.entropies.slice(0, steps);
    case "V":
      return heads.values;
    case "V_next":
      return heads.nextValues;
    case "delta":
      return temporalDifferences(batch.rewards, gamma, heads);
    case "row":
      return batch.rows;
    case "adv":
      return batch.recorded?.adv;
    case "V_old":
      return batch.recorded?.V_recorded;
    case "ratio":
      return ratiosOf(batch, heads);
    case "kl":
      return ratiosOf(batch, heads)?.map((ratio) => ratio - 1 - Math.log(ratio));
    case "terminated":
      return Float64Array.from(batch.terminated);
    case "truncated":
      return Float64Array.from(batch.truncated, (flag) => (flag === 0 ? 0 : 1));
    default:
      return (
        matrixColumn(name, "pi", heads.probabilities, steps, actionCount) ??
        matrixColumn(name, "logit", heads.logits, steps, actionCount) ??
        matrixColumn(name, "mu", heads.mu, steps, actionCount) ??
        matrixColumn(name, "sigma", heads.sigma, steps, actionCount) ??
        matrixColumn(name, "a", heads.mu && batch.actions, steps, actionCount) ??
        matrixColumn(name, "obs", batch.observations, steps, observationSize)
      );
  }
}

/** π(a|s) over what it was when the action was drawn. */
function ratiosOf({ recorded }: Batch, { logProbabilities }: Heads | OpaqueHeads): Float64Array | undefined {
  return recorded?.log_pi_old?.map((old, t) => Math.exp(logProbabilities[t]! - old));
}

function temporalDifferences(
  rewards: Float64Array,
  gamma: number,
  { values, nextValues }: Heads | OpaqueHeads,
): Float64Array | undefined {
  if (values === undefined || nextValues === undefined) return undefined;
  return rewards.map((reward, t) => reward + gamma * nextValues[t]! - values[t]!);
}

/** Column "group[k]" of a [steps × width] matrix; undefined for another name, or without the matrix. */
export function matrixColumn(
  name: string,
  group: string,
  matrix: Float64Array | undefined,
  steps: number,
  width: number,
): Float64Array | undefined {
  if (matrix === undefined || !name.startsWith(`${group}[`) || !name.endsWith("]")) return undefined;
  const index = Number(name.slice(group.length + 1, -1));
  if (!Number.isInteger(index) || index < 0 || index >= width) return undefined;
  const column = new Float64Array(steps);
  for (let t = 0; t < steps; t++) column[t] = matrix[t * width + index]!;
  return column;
}
