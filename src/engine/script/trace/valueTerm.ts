import type { UpdateEvidence } from "../../../diagnosis/trace/evidence.ts";
import { leastSquares } from "../../../diagnosis/trace/leastSquares.ts";
import type { WeightSpec } from "../../../diagnosis/trace/weights/options.ts";
import { targetsOf } from "../../../diagnosis/trace/weights/targets.ts";

/** What the critic's part of a loss is found to be from ∂L/∂V. */
export interface ValueTerm {
  /** "½Σe²" or, with the error held constant, "Σe·V": the gradient is the same. */
  readonly form: "squares" | "held";
  /** k of k·½Σ(V − target)². */
  readonly factor: number;
  /** [T]. */
  readonly target: Float64Array;
  readonly words: string;
  /** Whether the policy term leaves gradient in V: the advantage is not detached. */
  readonly leaks: boolean;
}

interface Candidate {
  readonly words: string;
  readonly isAdvantage: boolean;
  readonly spec: Pick<WeightSpec, "rewards" | "returns" | "ends" | "lambda">;
}

/** The targets that critics are fitted to; first with the ends of trajectories as the policy's weights have them. */
function candidates(lambda: number, ends: WeightSpec["ends"]): readonly Candidate[] {
  const own = { rewards: "own", ends } as const;
  return [
    { words: "G", isAdvantage: false, spec: { ...own, returns: "toGo", lambda: 1 } },
    { words: "r + γV(s')", isAdvantage: true, spec: { ...own, returns: "tdError", lambda: 0 } },
    { words: `GAE(${lambda}) + V`, isAdvantage: true, spec: { ...own, returns: "gae", lambda } },
  ];
}

/**
 * Explains ∂L/∂V by k(V − target), and by `leak` [T], what an advantage that is not detached leaves there. `rest` is what
 * the loss holds beside policy and entropy terms, where it is known. Undefined where no target fits.
 */
export function readValueTerm(
  update: UpdateEvidence,
  about: {
    readonly lambda: number;
    readonly ends: WeightSpec["ends"];
    readonly leak: Float64Array | undefined;
    readonly rest: number | undefined;
    readonly tolerance: number;
  },
): ValueTerm | undefined {
  const { valueGrad, values, steps, context, places, gamma } = update;
  if (!valueGrad || !values || !context.values || steps < 2) return undefined;
  const ends = new Set([about.ends, "natural", "noBootstrap"] as const);
  for (const { words, isAdvantage, spec } of [...ends].flatMap((one) => candidates(about.lambda, one))) {
    const whole = targetsOf(context, gamma, spec);
    const target = Float64Array.from(places, (place) =>
      isAdvantage ? whole[place]! + context.values![place]! : whole[place]!,
    );
    const errors = values.map((value, t) => value - target[t]!);
    for (const leak of [undefined, about.leak]) {
      const fit = leastSquares(leak ? [errors, leak] : [errors], valueGrad);
      if (!fit || !(fit.residual <= about.tolerance)) continue;
      const [factor = 0, through = 0] = fit.coefficients;
      if (leak && Math.abs(through - 1) > 0.01) continue;
      return {
        form: formOf(factor, errors, values, about),
        factor,
        target,
        words,
        leaks: leak !== undefined,
      };
    }
  }
  return undefined;
}

function formOf(
  factor: number,
  errors: Float64Array,
  values: Float64Array,
  { rest, tolerance }: { readonly rest: number | undefined; readonly tolerance: number },
): ValueTerm["form"] {
  if (rest === undefined) return "squares";
  const squares = errors.reduce((sum, error) => sum + 0.5 * factor * error * error, 0);
  const held = errors.reduce((sum, error, t) => sum + factor * error * values[t]!, 0);
  const isHeld = Math.abs(rest - held) <= 10 * tolerance * (Math.abs(rest) + Math.abs(held));
  return isHeld && Math.abs(rest - squares) > Math.abs(rest - held) ? "held" : "squares";
}
