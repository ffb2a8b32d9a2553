import { discountedReturns } from "../rl/returns.ts";
import type { CandidateInput } from "./candidates.ts";
import { formatSignificant } from "./scale.ts";

/** What a loss does to the value estimate, as ∂L/∂V of one update decides it. */
export interface ValueTerm {
  /** What V is drawn to, where it is known: "G", "r + γV'", …. */
  readonly target: string | undefined;
  /** ∂L/∂V_t ≈ κ·(V_t − target_t), or of that clamped to ±1. */
  readonly scale: number;
  readonly residual: number;
  /** Whether gradient also reaches the V inside the target (V_next), which the book's rules hold constant. */
  readonly reachesTarget: boolean;
  /** "V drawn to G: ∂L/∂V = 1.000·(V − G)". */
  readonly words: string;
}

export interface ValueAdjoints {
  /** [T], ∂L/∂V and ∂L/∂V_next where the loss names them. */
  readonly valueAdjoint?: ArrayLike<number> | undefined;
  readonly nextValueAdjoint?: ArrayLike<number> | undefined;
}

const tolerance = 1e-6;

/** Reads the value term of a loss; undefined where V gets no gradient. `advantages` are those that the policy's weights matched. */
export function readValueTerm(
  { valueAdjoint, nextValueAdjoint }: ValueAdjoints,
  input: CandidateInput,
  advantages: Float64Array | undefined,
): ValueTerm | undefined {
  const reachesTarget = nextValueAdjoint !== undefined && !isZero(nextValueAdjoint);
  if (valueAdjoint === undefined || isZero(valueAdjoint)) return undefined;
  const fits = valueErrors(input, advantages).map(([target, error, clamped]) => ({
    target,
    clamped,
    ...fitError(valueAdjoint, error),
  }));
  const best = fits.find(({ residual, scale }) => residual <= tolerance && scale > 0);
  const leak = reachesTarget ? "; the V inside the target moves too (detach it)" : "";
  if (!best) {
    return {
      target: undefined,
      scale: Number.NaN,
      residual: 1,
      reachesTarget,
      words: `a value term of its own${leak}`,
    };
  }
  const { target, scale, residual, clamped } = best;
  const difference = clamped ? `clamp(V − ${target}, ±1)` : `(V − ${target})`;
  const words = `V drawn to ${target}: ∂L/∂V = ${formatSignificant(scale, 4)}·${difference}${leak}`;
  return { target, scale, residual, reachesTarget, words };
}

type ValueError = readonly [target: string, error: Float64Array, clamped: boolean];

/** V − target for every target that is known, as it is and as the smooth L1 loss clamps it. */
function valueErrors(input: CandidateInput, advantages: Float64Array | undefined): ValueError[] {
  const { values, nextValues, rewards, gamma, ends, recordedReturns } = input;
  if (!values) return [];
  const returns = discountedReturns(rewards, gamma, ends);
  const targets: (readonly [string, Float64Array | undefined])[] = [
    ["G", returns],
    ["(r + γV′)", nextValues && rewards.map((reward, t) => reward + gamma * nextValues[t]!)],
    ["normalised G", normalised(returns)],
    ["(A + V)", advantages?.map((advantage, t) => advantage + values[t]!)],
    ["the recorded returns", recordedReturns],
  ];
  return targets.flatMap(([name, target]): ValueError[] => {
    if (!target) return [];
    const error = target.map((goal, t) => values[t]! - goal);
    return [
      [name, error, false],
      [name, error.map((value) => Math.max(-1, Math.min(1, value))), true],
    ];
  });
}

function normalised(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return values.map((value) => (value - mean) / Math.sqrt(variance));
}

function fitError(adjoint: ArrayLike<number>, error: Float64Array): { scale: number; residual: number } {
  let cross = 0;
  let square = 0;
  let whole = 0;
  for (const [t, value] of error.entries()) {
    cross += value * adjoint[t]!;
    square += value * value;
    whole += adjoint[t]! * adjoint[t]!;
  }
  if (!(square > 0) || !Number.isFinite(square))
    return { scale: Number.NaN, residual: Number.POSITIVE_INFINITY };
  const scale = cross / square;
  let left = 0;
  for (const [t, value] of error.entries()) left += (adjoint[t]! - scale * value) ** 2;
  return { scale, residual: Math.sqrt(left / whole) };
}

function isZero(values: ArrayLike<number>): boolean {
  for (let t = 0; t < values.length; t++) if (values[t] !== 0) return false;
  return true;
}
