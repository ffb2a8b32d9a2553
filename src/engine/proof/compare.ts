import { layOut, parameterViews } from "../../policies/layout.ts";
import type { PolicySpecification } from "../../policies/policy.ts";
import type { ProofCheckView } from "../../protocol/proofViews.ts";
import type { DirectGradient } from "./directRule.ts";
import { dot, type Measurement, type Measurements } from "./measure.ts";

/** Relative errors up to these pass: two sums of the same float64 numbers, and a difference beside a derivative. */
export const sumTolerance = 1e-10;
export const differenceTolerance = 1e-8;
/** A difference may be off by its own error this many times. */
const errorFactor = 8;
/** A difference whose error is larger than this part of the gradient says nothing about it. */
const blind = 1e-5;
/** Rounding of a sum, as a part of the sum of its terms' magnitudes. */
const roundingPart = 1e-13;

/** Root mean square of the partial derivatives: what a small one's error is measured by. */
export function typicalSize(gradient: Float64Array): number {
  return gradient.length === 0 ? 0 : Math.sqrt(dot(gradient, gradient) / gradient.length);
}

/** "W1[3,2]" of a place in θ. */
export function parameterName(specification: PolicySpecification, index: number): string {
  for (const { name, shape, offset, length } of parameterViews(layOut(specification))) {
    if (index < offset || index >= offset + length) continue;
    const place = index - offset;
    const columns = shape[1];
    if (columns === undefined) return `${name}[${place}]`;
    return `${name}[${Math.floor(place / columns)},${place % columns}]`;
  }
  return `θ[${index}]`;
}

interface Worst {
  relative: number;
  index: number;
}

/** |a − b| as a part of the larger of the two and `floor`; 0 where both are 0. NaN where only one is a number. */
function relativeError(a: number, b: number, floor: number): number {
  if (Object.is(a, b) || a === b) return 0;
  return Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b), floor);
}

/** Autodiff beside the rule applied step by step, parameter by parameter. */
export function compareDirect(
  id: "direct" | "rule",
  title: string,
  autodiff: { gradient: Float64Array; stepNorms: Float64Array },
  direct: DirectGradient,
  specification: PolicySpecification,
): ProofCheckView {
  const floor = typicalSize(autodiff.gradient);
  const worst: Worst = { relative: 0, index: 0 };
  let failed = false;
  for (let i = 0; i < autodiff.gradient.length; i++) {
    const a = autodiff.gradient[i]!;
    const b = direct.gradient[i]!;
    const relative = relativeError(a, b, floor);
    if (!(relative <= worst.relative)) Object.assign(worst, { relative, index: i });
    failed ||= !(relative <= sumTolerance || Math.abs(a - b) <= roundingPart * direct.mass[i]!);
  }
  const step = worstStep(autodiff.stepNorms, direct.stepNorms);
  return {
    id,
    title,
    status: failed ? "failed" : "passed",
    worst: worst.relative,
    tolerance: sumTolerance,
    where: parameterName(specification, worst.index),
    compared: autodiff.gradient.length,
    detail:
      `‖g_t‖ differs most at step ${step.index}, by ${step.relative.toExponential(1)}` +
      (failed || worst.relative <= sumTolerance
        ? ""
        : "; what is left of sums that cancel, within their rounding"),
  };
}

function worstStep(a: Float64Array, b: Float64Array): Worst {
  const worst: Worst = { relative: 0, index: 0 };
  const floor = typicalSize(a);
  for (let t = 0; t < a.length; t++) {
    const relative = relativeError(a[t]!, b[t]!, floor);
    if (!(relative <= worst.relative)) Object.assign(worst, { relative, index: t });
  }
  return worst;
}

/** A gradient beside central differences. */
export function compareDifferences(
  id: "differences" | "directDifferences",
  title: string,
  gradient: Float64Array,
  { made, excluded, cut }: Measurements,
  specification: PolicySpecification,
): ProofCheckView {
  const floor = typicalSize(gradient);
  const worst: Worst = { relative: Number.NaN, index: -1 };
  let blindOnes = 0;
  let failed = -1;
  for (const [index, { direction, parameter, value, error }] of made.entries()) {
    const expected = parameter === undefined ? dot(gradient, direction) : gradient[parameter]!;
    const scale = Math.max(Math.abs(expected), Math.abs(value), floor);
    const off = Math.abs(expected - value);
    const allowed = Math.max(differenceTolerance * scale, errorFactor * error);
    if (!(off <= allowed) && failed < 0) failed = index;
    if (errorFactor * error > blind * scale) blindOnes++;
    else {
      const relative = relativeError(expected, value, floor);
      if (!(relative <= worst.relative)) Object.assign(worst, { relative, index });
    }
  }
  const bothZero = floor === 0 && failed < 0;
  const seen = made.length - blindOnes;
  const status = failed >= 0 ? "failed" : seen > 0 || (bothZero && made.length > 0) ? "passed" : "undecided";
  const where = failed >= 0 && worst.index < 0 ? failed : worst.index;
  return {
    id,
    title,
    status,
    worst: bothZero ? 0 : worst.relative,
    tolerance: differenceTolerance,
    where: where < 0 ? "" : lineName(made, where, specification),
    compared: bothZero ? made.length : seen,
    detail: describe(made, bothZero ? 0 : blindOnes, excluded.length, cut),
  };
}

/** "W1[3,2]" or "random direction 2". */
function lineName(made: readonly Measurement[], index: number, specification: PolicySpecification): string {
  const { parameter } = made[index]!;
  return parameter === undefined ? `random direction ${index + 1}` : parameterName(specification, parameter);
}

function describe(made: readonly Measurement[], blindOnes: number, excluded: number, cut: boolean): string {
  const random = made.filter(({ parameter }) => parameter === undefined).length;
  const parts = [`${random} random directions, ${made.length - random} coordinates`];
  if (excluded > 0) parts.push(`${excluded} given up for a kink`);
  if (blindOnes > 0) parts.push(`${blindOnes} too small beside rounding to say anything`);
  if (cut) parts.push("stopped at the time limit");
  return parts.join("; ");
}
