import type { OptimiserKind, OptimiserSpecification, OptimiserState } from "./policy.ts";

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

/** ‖g‖₂, summed in four parts: one addition need not wait for another. */
export function gradientNorm(gradient: Float64Array): number {
  const { length } = gradient;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i < length - 3; i += 4) {
    a += gradient[i]! * gradient[i]!;
    b += gradient[i + 1]! * gradient[i + 1]!;
    c += gradient[i + 2]! * gradient[i + 2]!;
    d += gradient[i + 3]! * gradient[i + 3]!;
  }
  for (; i < length; i++) a += gradient[i]! * gradient[i]!;
  return Math.sqrt(a + b + (c + d));
}

/** The factor by which torch.nn.utils.clip_grad_norm_ scales a gradient: max/(norm + 1e−6), never above 1. */
export function clipFactor(norm: number, clipNorm: number | undefined): number {
  if (clipNorm === undefined) return 1;
  const factor = clipNorm / (norm + 1e-6);
  return factor < 1 ? factor : 1;
}
