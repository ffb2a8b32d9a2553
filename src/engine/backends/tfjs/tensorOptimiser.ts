import * as tf from "@tensorflow/tfjs-core";
import type { OptimiserSpecification } from "../../../policies/policy.ts";

/** θ and moments after a step, flat. */
export interface Stepped {
  readonly theta: tf.Tensor1D;
  readonly moments: readonly tf.Tensor1D[];
}

/** ‖g‖₂, a scalar. */
export function normOf(gradient: tf.Tensor1D): tf.Scalar {
  return tf.sqrt(tf.sum(tf.square(gradient)));
}

/** The gradient as torch.nn.utils.clip_grad_norm_ scales it: by max/(norm + 1e−6), never above 1. */
export function clipped(gradient: tf.Tensor1D, norm: tf.Scalar, clipNorm: number | undefined): tf.Tensor1D {
  if (clipNorm === undefined) return gradient;
  return tf.mul(gradient, tf.minimum(tf.div(clipNorm, tf.add(norm, 1e-6)), 1));
}

/** α, or where the parameters from `valueStart` on have a step size of their own, α of every parameter. */
function rates(
  { learningRate, valueLearningRate }: OptimiserSpecification,
  count: number,
  valueStart: number,
): number | tf.Tensor1D {
  if (valueLearningRate === undefined || valueStart >= count) return learningRate;
  return tf.concat1d([tf.fill([valueStart], learningRate), tf.fill([count - valueStart], valueLearningRate)]);
}

/** The `count`-th step (from 1) along −g, in the order of operations of torch.optim. To be called within a tidy. */
export function stepped(
  optimiser: OptimiserSpecification,
  { count, valueStart }: { readonly count: number; readonly valueStart: number },
  theta: tf.Tensor1D,
  moments: readonly tf.Tensor1D[],
  gradient: tf.Tensor1D,
): Stepped {
  const alpha = rates(optimiser, theta.size, valueStart);
  if (optimiser.kind === "sgd") return { theta: tf.sub(theta, tf.mul(gradient, alpha)), moments: [] };
  const { beta1, beta2, epsilon } = optimiser;
  const [first, second] = moments as [tf.Tensor1D, tf.Tensor1D];
  const stepSize =
    typeof alpha === "number" ? alpha / (1 - beta1 ** count) : tf.div(alpha, 1 - beta1 ** count);
  const root = Math.sqrt(1 - beta2 ** count);
  const m: tf.Tensor1D = tf.add(first, tf.mul(tf.sub(gradient, first), 1 - beta1));
  const v: tf.Tensor1D = tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  const divisor = tf.add(tf.mul(tf.sqrt(v), 1 / root), epsilon);
  return { theta: tf.sub(theta, tf.div(tf.mul(m, stepSize), divisor)), moments: [m, v] };
}
