import { architectureOf } from "../../policies/architecture.ts";
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
/** Of sums that cancel, this part of their terms' magnitudes is what an error is measured by. */
const cancelledPart = 1e-3;
/** A gradient this small beside its terms' magnitudes is 0 but for rounding. */
const zeroPart = 1e-13;

/** Root mean square of the partial derivatives: what a small one's error is measured by. */
export function typicalSize(gradient: Float64Array): number {
  return gradient.length === 0 ? 0 : Math.sqrt(dot(gradient, gradient) / gradient.length);
}

/** "W1[3,2]" of a place in θ. */
export function parameterName(specification: PolicySpecification, index: number): string {
  for (const { name, shape, offset, length } of architectureOf(specification).parameters) {
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
  for (const [index, a] of autodiff.gradient.entries()) {
    const size = Math.max(floor, cancelledPart * direct.mass[index]!);
    const relative = relativeError(a, direct.gradient[index]!, size);
    if (!(relative <= worst.relative)) Object.assign(worst, { relative, index });
  }
  const step = worstStep(autodiff.stepNorms, direct.stepNorms);
  return {
    id,
    title,
    status: worst.relative <= sumTolerance ? "passed" : "failed",
    worst: worst.relative,
    tolerance: sumTolerance,
    where: parameterName(specification, worst.index),
    compared: autodiff.gradient.length,
    detail: `‖g_t‖ differs most at step ${step.index}, by ${step.relative.toExponential(1)}`,
  };
}

/** Whether a gradient is 0 but for rounding. */
export function isZero({ gradient, mass }: DirectGradient): boolean {
  return typicalSize(gradient) <= zeroPart * typicalSize(mass);
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

/** A gradient beside central differences; `zero` says that it is 0 but for rounding. */
export function compareDifferences(
  id: "differences" | "directDifferences",
  title: string,
  { gradient, zero }: { gradient: Float64Array; zero: boolean },
  measurements: Measurements,
  specification: PolicySpecification,
): ProofCheckView {
  const { made } = measurements;
  const lines = made.map((line) => compareLine(line, gradient));
  const failed = lines.find((line) => line.failed);
  const seen = lines.filter((line) => !line.blind);
  const worst = failed ?? seen.reduce<Line | undefined>(worseLine, undefined);
  const random = made.filter(({ parameter }) => parameter === undefined);
  const isDecided = random.length > 0 && (zero || seen.length > 0);
  const isAllZero = zero && !failed;
  return {
    id,
    title,
    status: failed ? "failed" : isDecided ? "passed" : "undecided",
    worst: isAllZero ? 0 : (worst?.relative ?? Number.NaN),
    tolerance: differenceTolerance,
    where: isAllZero || !worst ? "" : lineName(made, lines.indexOf(worst), specification),
    compared: isAllZero ? made.length : seen.length,
    detail:
      isAllZero && isDecided
        ? `${describe(measurements, 0)}; both sides are 0`
        : describe(measurements, isAllZero ? 0 : lines.length - seen.length),
  };
}

interface Line {
  readonly relative: number;
  readonly failed: boolean;
  /** The difference's own error is too large to say anything. */
  readonly blind: boolean;
}

function compareLine({ direction, parameter, value, error }: Measurement, gradient: Float64Array): Line {
  const expected = parameter === undefined ? dot(gradient, direction) : gradient[parameter]!;
  const floor = typicalSize(gradient);
  const scale = Math.max(Math.abs(expected), Math.abs(value), floor);
  const allowed = Math.max(differenceTolerance * scale, errorFactor * error);
  return {
    relative: relativeError(expected, value, floor),
    failed: Number.isFinite(value) && !(Math.abs(expected - value) <= allowed),
    blind: !(errorFactor * error <= blind * scale),
  };
}

function worseLine(worst: Line | undefined, line: Line): Line {
  return worst === undefined || line.relative > worst.relative ? line : worst;
}

/** "W1[3,2]" or "random direction 2". */
function lineName(made: readonly Measurement[], index: number, specification: PolicySpecification): string {
  const { parameter } = made[index]!;
  return parameter === undefined ? `random direction ${index + 1}` : parameterName(specification, parameter);
}

function describe({ made, excluded, cut }: Measurements, blindOnes: number): string {
  const random = made.filter(({ parameter }) => parameter === undefined).length;
  const parts = [`${random} random directions, ${made.length - random} coordinates`];
  if (excluded.length > 0) parts.push(`${excluded.length} given up for a kink`);
  if (blindOnes > 0) parts.push(`${blindOnes} too small beside rounding to say anything`);
  if (cut) parts.push("stopped at the time limit");
  return parts.join("; ");
}
