import type { ParameterView, PolicySpecification } from "./policy.ts";

/** One dense layer, y = W x + b, and where its parameters lie in θ. */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  /** Offset of W [outputs × inputs] in θ. */
  readonly weights: number;
  /** Offset of b [outputs] in θ; undefined without biases. */
  readonly bias: number | undefined;
}

/** The layers of a network from the observation to its outputs, and the number of parameters. */
export interface Layout {
  readonly layers: readonly Layer[];
  readonly parameterCount: number;
}

/** Lays θ out as W1, b1, W2, b2, … in torch's order. Throws a RangeError for a size that is no positive integer. */
export function layOut(specification: PolicySpecification, outputs: number): Layout {
  const sizes = [specification.observationSize, ...specification.hidden, outputs];
  for (const size of sizes) {
    if (!Number.isInteger(size) || size < 1)
      throw new RangeError(`a layer has at least one unit, not ${size}`);
  }
  let offset = 0;
  const take = (length: number) => {
    offset += length;
    return offset - length;
  };
  const layers = sizes.slice(1).map((outputs, index) => {
    const inputs = sizes[index]!;
    const weights = take(outputs * inputs);
    return { inputs, outputs, weights, bias: specification.bias ? take(outputs) : undefined };
  });
  return { layers, parameterCount: offset };
}

/** The named tensors of θ, in order. */
export function parameterViews(layout: Layout): readonly ParameterView[] {
  return layout.layers.flatMap(({ inputs, outputs, weights, bias }, index) => {
    const weight = {
      name: `W${index + 1}`,
      shape: [outputs, inputs],
      offset: weights,
      length: outputs * inputs,
    };
    if (bias === undefined) return [weight];
    return [weight, { name: `b${index + 1}`, shape: [outputs], offset: bias, length: outputs }];
  });
}
