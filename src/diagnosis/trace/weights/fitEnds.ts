import type { WeightSpec } from "./options.ts";
import type { ReadUpdate } from "./search.ts";

/**
 * Adds to weights that were made without a value after open trajectory ends the value that the last step's recorded
 * weight implies; the other steps then test it.
 */
export function withFittedEnds(
  { update, observed }: ReadUpdate,
  spec: WeightSpec,
  weights: Float64Array,
): Float64Array {
  const { context, places, gamma } = update;
  const result = weights.slice();
  const power = spec.gamma === "once" ? 1 : spec.gamma === "twice" ? 2 : 0;
  const sign = scaleSign(observed.weights, weights);
  let end = -1;
  let missing = 0;
  for (let t = places.length - 1; t >= 0; t--) {
    const place = places[t]!;
    if (context.last[place] === 1) {
      const isOpen = context.terminated[place] === 0 && Number.isNaN(context.finalValues[place]!);
      end = place;
      missing = isOpen ? sign * observed.weights[t]! - weights[t]! : 0;
    }
    if (end < 0) continue;
    const distance = end - place;
    result[t]! += missing * gamma ** (distance - power * distance);
  }
  return result;
}

function scaleSign(observed: Float64Array, weights: Float64Array): number {
  let dot = 0;
  for (let t = 0; t < weights.length; t++) dot += observed[t]! * weights[t]!;
  return dot < 0 ? -1 : 1;
}
