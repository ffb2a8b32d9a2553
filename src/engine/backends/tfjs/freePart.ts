import * as tf from "@tensorflow/tfjs-core";
import type { BackwardPass, ForwardPass, LayerTensors, TensorPart } from "./tensorPart.ts";

/** Parameters that are outputs themselves, the same at every step. */
export class FreePart implements TensorPart {
  readonly parameterCount: number;
  readonly output: number;
  readonly outputs: number;
  readonly #parameter: number;

  /** `parameter` and `output` say where they begin in θ, and in a row of outputs. */
  constructor(count: number, parameter: number, output: number) {
    this.parameterCount = count;
    this.outputs = count;
    this.output = output;
    this.#parameter = parameter;
  }

  unpack(theta: tf.Tensor1D): readonly LayerTensors[] {
    return [{ weight: undefined, bias: tf.slice(theta, this.#parameter, this.outputs) }];
  }

  forward([layer]: readonly LayerTensors[], observations: tf.Tensor2D): ForwardPass {
    const row = tf.reshape(layer?.bias as tf.Tensor1D, [1, this.outputs]);
    return { inputs: [], outputs: tf.tile(row, [observations.shape[0], 1]) as tf.Tensor2D };
  }

  /** A free parameter's gradient is the sum of its adjoints; each step's norm gains their squares. */
  backward(_layers: readonly LayerTensors[], _pass: ForwardPass, delta: tf.Tensor2D): BackwardPass {
    return { squares: tf.sum(tf.square(delta), 1), gradient: [tf.sum(delta, 0)] };
  }

  project(
    _layers: readonly LayerTensors[],
    _pass: ForwardPass,
    delta: tf.Tensor2D,
    [gradient]: readonly LayerTensors[],
  ): tf.Tensor1D {
    return tf.sum(tf.mul(delta, gradient?.bias as tf.Tensor1D), 1);
  }
}
