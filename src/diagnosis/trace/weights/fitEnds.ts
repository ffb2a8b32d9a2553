import type { WeightSpec } from "./options.ts";
import type { ReadUpdate } from "./readUpdate.ts";

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
  let trajectory = -1;
  let end = -1;
  let missing = 0;
  for (const t of fromTheLastPlace(places)) {
    const place = places[t]!;
    if (context.last[place] === 1) {
      const isOpen = context.terminated[place] === 0 && Number.isNaN(context.finalValues[place]!);
      end = place;
      missing = isOpen ? sign * observed.weights[t]! - weights[t]! : 0;
      trajectory = context.trajectory[place]!;
    }
    // Nothing tells of an end that this update does not use.
    if (context.trajectory[place] !== trajectory) continue;
    const distance = end - place;
    result[t]! += missing * gamma ** (distance - power * distance);
  }
  return result;
}

/** The update's steps, each trajectory's last one first; those of several environments may come interleaved. */
function fromTheLastPlace(places: Int32Array): Int32Array {
  return Int32Array.from(places.keys()).sort((a, b) => places[b]! - places[a]!);
}

function scaleSign(observed: Float64Array, weights: Float64Array): number {
  let dot = 0;
  for (let t = 0; t < weights.length; t++) dot += observed[t]! * weights[t]!;
  return dot < 0 ? -1 : 1;
}
