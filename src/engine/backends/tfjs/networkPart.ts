import * as tf from "@tensorflow/tfjs-core";
import type { Layout } from "../../../policies/layout.ts";
import type { Activation } from "../../../policies/policy.ts";
import type { BackwardPass, ForwardPass, LayerTensors, TensorPart } from "./tensorPart.ts";

/** A dense network: h_l = f(W_l h_{l−1} + b_l), the last layer without f. */
export class NetworkPart implements TensorPart {
  readonly parameterCount: number;
  readonly output: number;
  readonly outputs: number;
  readonly #layout: Layout;
  readonly #parameter: number;
  readonly #isRelu: boolean;

  /** `parameter` and `output` say where its parameters begin in θ, and its outputs in a row. */
  constructor(layout: Layout, activation: Activation, parameter: number, output: number) {
    this.#layout = layout;
    this.#parameter = parameter;
    this.#isRelu = activation === "relu";
    this.parameterCount = layout.parameterCount;
    this.output = output;
    this.outputs = layout.layers.at(-1)?.outputs ?? 0;
  }

  unpack(theta: tf.Tensor1D): readonly LayerTensors[] {
    const start = this.#parameter;
    return this.#layout.layers.map(({ inputs, outputs, weights, bias }) => ({
      weight: tf.reshape(tf.slice(theta, start + weights, inputs * outputs), [
        outputs,
        inputs,
      ]) as tf.Tensor2D,
      bias: bias === undefined ? undefined : tf.slice(theta, start + bias, outputs),
    }));
  }

  forward(layers: readonly LayerTensors[], observations: tf.Tensor2D): ForwardPass {
    const inputs: tf.Tensor2D[] = [];
    let input = observations;
    for (const [index, layer] of layers.entries()) {
      inputs.push(input);
      const isLast = index === layers.length - 1;
      const from = input;
      input = tf.tidy(() => (isLast ? affine(layer, from) : this.#activation(affine(layer, from))));
    }
    return { inputs, outputs: input };
  }

  /** ‖g_t‖² = Σ_l ‖δ_l‖²(‖h_l‖² + 1), the 1 where there is a bias; W's gradient is Σ_t δ_t ⊗ h_t, b's Σ_t δ_t. */
  backward(layers: readonly LayerTensors[], pass: ForwardPass, delta: tf.Tensor2D): BackwardPass {
    const deltas = this.#deltas(layers, pass, delta);
    const perLayer = layers.map(({ bias }, index) => {
      const [above, input] = [deltas[index] as tf.Tensor2D, pass.inputs[index] as tf.Tensor2D];
      const weight = tf.reshape(tf.matMul(above, input, true, false), [-1]) as tf.Tensor1D;
      return {
        squares: stepSquares(above, input, bias !== undefined),
        gradient: bias === undefined ? [weight] : [weight, tf.sum(above, 0) as tf.Tensor1D],
      };
    });
    return {
      squares: tf.addN(perLayer.map(({ squares }) => squares)),
      gradient: perLayer.flatMap(({ gradient }) => gradient),
    };
  }

  /** g_t·g = Σ_l δ_l·(G_W h_l + G_b). */
  project(
    layers: readonly LayerTensors[],
    pass: ForwardPass,
    delta: tf.Tensor2D,
    gradient: readonly LayerTensors[],
  ): tf.Tensor1D {
    const deltas = this.#deltas(layers, pass, delta);
    const projections = gradient.map(({ weight, bias }, index) => {
      const along = affine({ weight, bias }, pass.inputs[index] as tf.Tensor2D);
      return tf.sum(tf.mul(deltas[index] as tf.Tensor2D, along), 1) as tf.Tensor1D;
    });
    return tf.addN(projections);
  }

  /** δ of every layer [T × out]: δ_{l−1} = (δ_l W_l) f′(h). */
  #deltas(layers: readonly LayerTensors[], { inputs }: ForwardPass, delta: tf.Tensor2D): tf.Tensor2D[] {
    const deltas = [delta];
    for (let index = layers.length - 1; index > 0; index--) {
      const below = tf.tidy(() => {
        const product = tf.matMul(deltas[0] as tf.Tensor2D, layers[index]?.weight as tf.Tensor2D);
        return tf.mul(product, this.#slope(inputs[index] as tf.Tensor2D)) as tf.Tensor2D;
      });
      deltas.unshift(below);
    }
    return deltas;
  }

  #activation(sums: tf.Tensor2D): tf.Tensor2D {
    return this.#isRelu ? tf.relu(sums) : tf.tanh(sums);
  }

  /** f′ by the activation h itself: [h > 0] for relu, which is never negative; 1 − h² for tanh. */
  #slope(activations: tf.Tensor2D): tf.Tensor2D {
    return this.#isRelu ? tf.sign(activations) : tf.sub(1, tf.square(activations));
  }
}

// What is large and needed once is freed at once, in a tidy of its own, so that the next operation finds its memory warm.

function affine({ weight, bias }: LayerTensors, input: tf.Tensor2D): tf.Tensor2D {
  const product: tf.Tensor2D = tf.matMul(input, weight as tf.Tensor2D, false, true);
  return bias === undefined ? product : tf.add(product, bias);
}

function stepSquares(delta: tf.Tensor2D, input: tf.Tensor2D, hasBias: boolean): tf.Tensor1D {
  const inputSquares = rowSquares(input);
  return tf.mul(rowSquares(delta), hasBias ? tf.add(inputSquares, 1) : inputSquares);
}

function rowSquares(matrix: tf.Tensor2D): tf.Tensor1D {
  return tf.tidy(() => tf.sum(tf.square(matrix), 1));
}
