import type { Generator } from "../rl/generator.ts";
import type { Layout } from "./layout.ts";

/**
 * Draws θ as torch.nn.Linear does by default: kaiming_uniform(a = √5), which is U(−1/√fan_in, 1/√fan_in)
 * for weights and biases alike; in the order of θ.
 */
export function initialParameters(layout: Layout, generator: Generator): Float64Array {
  const theta = new Float64Array(layout.parameterCount);
  let next = 0;
  for (const { inputs, outputs, bias } of layout.layers) {
    const bound = 1 / Math.sqrt(inputs);
    const end = next + outputs * (bias === undefined ? inputs : inputs + 1);
    while (next < end) theta[next++] = (2 * generator.uniform() - 1) * bound;
  }
  return theta;
}
