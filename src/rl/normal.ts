import type { Generator } from "./generator.ts";

/** A draw from the standard normal distribution by two uniform numbers (Box & Muller, 1958); always two, none kept. */
export function standardNormal(generator: Generator): number {
  // 1 − u lies in (0, 1], so that the logarithm is finite.
  const radius = Math.sqrt(-2 * Math.log(1 - generator.uniform()));
  return radius * Math.cos(2 * Math.PI * generator.uniform());
}
