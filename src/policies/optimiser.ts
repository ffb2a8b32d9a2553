import type { OptimiserSpecification, OptimiserState } from "./policy.ts";

export type OptimiserKind = OptimiserSpecification["kind"];

/** torch's default. */
export const usualAdamEpsilon = 1e-8;

/** An optimiser with torch's defaults: plain SGD, or Adam with β = (0.9, 0.999). */
export function optimiserSpecification(
  kind: OptimiserKind,
  learningRate: number,
  valueLearningRate?: number,
  epsilon = usualAdamEpsilon,
): OptimiserSpecification {
  const rates = { learningRate, ...(valueLearningRate !== undefined && { valueLearningRate }) };
  if (kind === "sgd") return { kind, ...rates };
  return { kind, ...rates, beta1: 0.9, beta2: 0.999, epsilon };
}

/** The state before the first step: step 0; two moment vectors of 0 for Adam, none for SGD. */
export function createOptimiserState(kind: OptimiserKind, parameterCount: number): OptimiserState {
  const moments = kind === "adam" ? [0, 1].map(() => new Float64Array(parameterCount)) : [];
  return { step: 0, moments };
}

/** ‖g‖₂. */
export function gradientNorm(gradient: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < gradient.length; i++) sum += gradient[i]! * gradient[i]!;
  return Math.sqrt(sum);
}

/** The factor by which torch.nn.utils.clip_grad_norm_ scales a gradient: max/(norm + 1e−6), never above 1. */
export function clipFactor(norm: number, clipNorm: number | undefined): number {
  if (clipNorm === undefined) return 1;
  const factor = clipNorm / (norm + 1e-6);
  return factor < 1 ? factor : 1;
}

/** `takeStep` with the value network's parameters, from `valueStart` on, at a step size of their own where there is one. */
export function takeGroupedStep(
  optimiser: OptimiserSpecification,
  state: OptimiserState,
  theta: Float64Array,
  gradient: Float64Array,
  scale: number,
  valueStart: number,
): void {
  const { valueLearningRate } = optimiser;
  if (valueLearningRate === undefined || valueStart >= theta.length) {
    takeStep(optimiser, state, theta, gradient, scale);
    return;
  }
  state.step += 1;
  stepRange(optimiser, optimiser.learningRate, state, theta, gradient, scale, 0, valueStart);
  stepRange(optimiser, valueLearningRate, state, theta, gradient, scale, valueStart, theta.length);
}

/**
 * One step of θ along −scale·g, in place; counts the step in `state`. `scale` is the clip factor;
 * the gradient itself stays as it is. The order of operations is that of torch.optim.
 */
export function takeStep(
  optimiser: OptimiserSpecification,
  state: OptimiserState,
  theta: Float64Array,
  gradient: Float64Array,
  scale: number,
): void {
  state.step += 1;
  stepRange(optimiser, optimiser.learningRate, state, theta, gradient, scale, 0, theta.length);
}

/** Moves the parameters `from` … `to` − 1. */
function stepRange(
  optimiser: OptimiserSpecification,
  learningRate: number,
  { step, moments }: OptimiserState,
  theta: Float64Array,
  gradient: Float64Array,
  scale: number,
  from: number,
  to: number,
): void {
  if (optimiser.kind === "sgd") {
    for (let i = from; i < to; i++) theta[i]! -= learningRate * (scale * gradient[i]!);
    return;
  }
  const { beta1, beta2, epsilon } = optimiser;
  const [first, second] = moments as [Float64Array, Float64Array];
  const stepSize = learningRate / (1 - beta1 ** step);
  const root = Math.sqrt(1 - beta2 ** step);
  adamStep(theta, gradient, scale, first, second, 1 - beta1, beta2, stepSize, root, epsilon, from, to);
}

/** Kingma & Ba (2015), algorithm 1, with ε outside the root: θ ← θ − step · m / (√v / root + ε). */
function adamStep(
  theta: Float64Array,
  gradient: Float64Array,
  scale: number,
  first: Float64Array,
  second: Float64Array,
  weight1: number,
  beta2: number,
  stepSize: number,
  root: number,
  epsilon: number,
  from: number,
  to: number,
): void {
  const weight2 = 1 - beta2;
  for (let i = from; i < to; i++) {
    const g = scale * gradient[i]!;
    const m = first[i]! + weight1 * (g - first[i]!);
    const v = beta2 * second[i]! + weight2 * g * g;
    first[i] = m;
    second[i] = v;
    theta[i]! -= (stepSize * m) / (Math.sqrt(v) / root + epsilon);
  }
}
