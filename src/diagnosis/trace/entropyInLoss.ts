import type { UpdateEvidence } from "./evidence.ts";
import { type LeastSquares, leastSquares } from "./leastSquares.ts";
import type { UpdateReading } from "./session.ts";

/** The entropy bonus that the values of the loss hold beside the policy term that its gradient tells of. */
export interface EntropyInLoss {
  /** The loss holds −β·ΣH, or −β times the mean of H. */
  readonly beta: number;
  readonly isMean: boolean;
  readonly residual: number;
  readonly updates: readonly UpdateReading[];
}

const fewest = 3;
/** |ln ratio| up to which a surrogate is what its gradient says: nothing is clipped yet. */
const unmoved = 1e-4;

interface Part {
  readonly read: UpdateReading;
  /** What the policy term leaves of the loss, the critic's share of it, and how much of it may be rounding. */
  readonly rest: number;
  readonly valueLoss: number;
  readonly noise: number;
}

/** Fits L − (policy term) ≈ −β·ΣH over these updates. Undefined where it does not fit, or where only rounding is left. */
export function entropyInLoss(reads: readonly UpdateReading[], unit: number): EntropyInLoss | undefined {
  const usable = reads.filter(({ update }) => hasParts(update));
  const fits = [linear, surrogate].flatMap((form) => {
    const parts = usable.flatMap((read) => form(read, unit));
    return [false, true].flatMap((isMean) => {
      const fit = fitEntropy(parts, isMean);
      return fit ? [{ ...fit, isMean, updates: parts.map(({ read }) => read) }] : [];
    });
  });
  return fits.sort((a, b) => a.residual - b.residual)[0];
}

function hasParts({ loss, coef, logProbs, entropies, values, valueLoss }: UpdateEvidence): boolean {
  if (loss === undefined || !coef || !logProbs || !entropies) return false;
  return coef.some((value) => value !== 0) && (!values || valueLoss !== undefined);
}

/** L = Σ coef·ln π + …: the log-probability itself stands in the loss. */
function linear(read: UpdateReading, unit: number): Part[] {
  const { coef, logProbs } = read.update;
  return [partOf(read, unit, (t) => coef![t]! * logProbs![t]!)];
}

/** L = Σ coef + …: the ratio stands in the loss, and is 1. */
function surrogate(read: UpdateReading, unit: number): Part[] {
  const { coef, logProbs, sampledLogProbs, isRollout } = read.update;
  if (!isRollout) return [];
  const hasMoved = logProbs!.some((own, t) => Math.abs(own - (sampledLogProbs?.[t] ?? own)) > unmoved);
  return hasMoved ? [] : [partOf(read, unit, (t) => coef![t]!)];
}

function partOf(read: UpdateReading, unit: number, term: (t: number) => number): Part {
  const { loss, valueLoss = 0, steps } = read.update;
  let policy = 0;
  let size = Math.abs(loss!) + Math.abs(valueLoss);
  for (let t = 0; t < steps; t++) {
    policy += term(t);
    size += Math.abs(term(t));
  }
  return { read, rest: loss! - policy, valueLoss, noise: 30 * unit * size };
}

interface EntropyFit {
  readonly beta: number;
  readonly residual: number;
}

/** Believed where entropy is all that is left beyond rounding, and much more than rounding. */
function fitEntropy(parts: readonly Part[], isMean: boolean): EntropyFit | undefined {
  if (parts.length < fewest) return undefined;
  const entropies = parts.map(({ read }) => entropyOf(read.update, isMean));
  const known = parts.map(({ rest, valueLoss }) => rest - valueLoss);
  return believed(parts, known, leastSquares([entropies], known)) ?? fitBoth(parts, entropies);
}

/** value_loss may have been recorded before it was multiplied by its coefficient. */
function fitBoth(parts: readonly Part[], entropies: readonly number[]): EntropyFit | undefined {
  const critic = parts.map(({ valueLoss }) => valueLoss);
  if (parts.length < fewest + 2) return undefined;
  const rests = parts.map(({ rest }) => rest);
  const [share] = leastSquares([critic, entropies], rests)?.coefficients ?? [];
  if (share === undefined) return undefined;
  const left = rests.map((rest, at) => rest - share * critic[at]!);
  return believed(parts, left, leastSquares([entropies], left));
}

function believed(
  parts: readonly Part[],
  rests: readonly number[],
  fit: LeastSquares | undefined,
): EntropyFit | undefined {
  if (!fit) return undefined;
  const [slope = 0] = fit.coefficients;
  const isClear =
    parts.filter(({ noise }, at) => Math.abs(rests[at]!) > 10 * noise).length * 2 > parts.length;
  const left = rests.map((rest) => Math.abs(rest) * fit.residual);
  const isRounding = parts.every(({ noise }, at) => left[at]! <= noise) || fit.residual <= 1e-3;
  return isClear && isRounding ? { beta: -slope, residual: fit.residual } : undefined;
}

function entropyOf({ entropies, steps }: UpdateEvidence, isMean: boolean): number {
  const sum = entropies!.reduce((total, entropy) => total + entropy, 0);
  return isMean ? sum / steps : sum;
}
