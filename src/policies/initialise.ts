import { inverseSoftplus } from "../rl/gaussian.ts";
import type { Generator } from "../rl/generator.ts";
import type { Architecture } from "./architecture.ts";
import type { Layout } from "./layout.ts";
import type { GaussianHead } from "./policy.ts";

/**
 * Draws θ as torch.nn.Linear does by default: kaiming_uniform(a = √5), which is U(−1/√fan_in, 1/√fan_in)
 * for weights and biases alike; in the order of θ. Free deviations start at σ = 1.
 */
export function initialParameters(
  { policy, free, value, parameterCount }: Architecture,
  gaussian: GaussianHead | undefined,
  generator: Generator,
): Float64Array {
  const theta = new Float64Array(parameterCount);
  const afterPolicy = drawLayers(theta, 0, policy, generator);
  const afterFree = afterPolicy + free;
  theta.fill(gaussian?.by === "softplus" ? inverseSoftplus(1) : 0, afterPolicy, afterFree);
  if (value !== undefined) drawLayers(theta, afterFree, value, generator);
  return theta;
}

function drawLayers(theta: Float64Array, start: number, { layers }: Layout, generator: Generator): number {
  let next = start;
  for (const { inputs, outputs, bias } of layers) {
    const bound = 1 / Math.sqrt(inputs);
    const end = next + outputs * (bias === undefined ? inputs : inputs + 1);
    while (next < end) theta[next++] = (2 * generator.uniform() - 1) * bound;
  }
  return next;
}
