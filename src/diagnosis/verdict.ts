import type { CandidateInput } from "./candidates.ts";
import { type Condition, conditionOf } from "./condition.ts";
import { type EntropyFit, fitEntropy } from "./entropyFit.ts";
import { type Fingerprint, type FingerprintInput, readFingerprint } from "./fingerprint.ts";
import { fitGeneralisedAdvantages } from "./gaeFit.ts";
import {
  type CandidateWeights,
  candidateWeights,
  type Match,
  type MatchResult,
  matchCandidates,
} from "./match.ts";
import { formatSignificant, nameScale, type ScaleName } from "./scale.ts";
import { readValueTerm, type ValueAdjoints, type ValueTerm } from "./valueTerm.ts";

/** What a loss is, as far as one update's numbers decide it. */
export interface Verdict {
  readonly kind: "book" | "variant" | "mistake" | "undecided";
  /** One sentence with numbers: "REINFORCE (13.3): c = 1.000·γᵗG, residual 2.0e−16". */
  readonly sentence: string;
  /** Id of the candidate, or of the mistake that overrides it ("wrong_sign", "entropy_sign"). */
  readonly finding: string | undefined;
  readonly match: Match | undefined;
  readonly scale: ScaleName | undefined;
  readonly entropy: EntropyTerm | undefined;
  /** What this data cannot decide, each with its reason. */
  readonly undecided: readonly string[];
  readonly explanation: string;
  /** The rule that gradient descent on the loss performs, in the rule language. */
  readonly rule: string;
  readonly fingerprint: Fingerprint;
  /** How well the batch tells the matched rule from the one most like it. */
  readonly condition?: Condition | undefined;
  /** What happens to V, where the loss draws it anywhere. */
  readonly value?: ValueTerm | undefined;
}

/** Σ_t β_t H_t of a loss: constant over the steps, or not. */
export interface EntropyTerm {
  readonly constant: boolean;
  /** β of a maximised bonus; negative where entropy is minimised. */
  readonly beta: number;
}

export type VerdictInput = FingerprintInput & CandidateInput & VerdictBatch;

interface VerdictBatch extends ValueAdjoints {
  /** ∂L/∂ of eligibility traces that earlier steps left, by name. */
  readonly traceAdjoints?: Readonly<Record<string, number>> | undefined;
  readonly steps: number;
  readonly episodes: number;
  readonly entropies: ArrayLike<number>;
}

/** Reads the fingerprint of an update and says which rule it is. `candidates` are those of the same batch. */
export function judge(
  input: VerdictInput,
  candidates: readonly CandidateWeights[] = candidateWeights(input),
): Verdict {
  const read = readFingerprint(input);
  const plain = matchAll(read.weights, candidates, input);
  const fit = plain.best ? undefined : fitEntropy(input, read, candidates);
  const fingerprint = fit ? separated(read, fit) : read;
  const result = fit ? { ...plain, best: fit.match } : plain;
  const entropy = entropyTerm(fingerprint.entropyWeights);
  const undecided = undecidedReasons(input, fingerprint, result, fit);
  const value = readValueTerm(input, input, result.best?.rule.weights(input));
  const condition = conditionOf(result.best, candidates);
  const base = { fingerprint, entropy, undecided, value, condition };
  return withTraces(withValue({ ...base, ...judgement(fingerprint, result, input, entropy) }), input);
}

/** The sentence and the rule with what earlier steps left in the traces. */
function withTraces(verdict: Verdict, { traceAdjoints = {} }: VerdictBatch): Verdict {
  const weights = Object.entries(traceAdjoints).filter(([, adjoint]) => adjoint !== 0);
  if (weights.length === 0) return verdict;
  const words = weights.map(([name, adjoint]) => `${formatSignificant(-adjoint, 4)}·${name}`).join(" and ");
  const policy = traceAdjoints.z_theta;
  const rule = policy ? ` + alpha * ${plainNumber(-policy)} * grad(z_theta)` : "";
  return {
    ...verdict,
    sentence: `${verdict.sentence}; with eligibility traces of the steps before: ${words}`,
    rule: `${verdict.rule}${rule}`.replace("+ alpha * -", "- alpha * "),
  };
}

/** The weights and the entropy's, once β is known from all steps together. */
function separated(fingerprint: Fingerprint, { weights, beta }: EntropyFit): Fingerprint {
  return { ...fingerprint, weights, entropyWeights: new Float64Array(weights.length).fill(beta) };
}

/** The known rules; where none of them fits, generalised advantages with the λ that fits best. */
function matchAll(
  weights: Float64Array,
  candidates: readonly CandidateWeights[],
  input: VerdictInput,
): MatchResult {
  const result = matchCandidates(weights, candidates, input.episodes);
  const rule = result.best ? undefined : fitGeneralisedAdvantages(weights, input);
  const own = rule?.weights(input);
  if (!rule || !own) return result;
  const fitted = matchCandidates(weights, [{ rule, weights: own }], input.episodes);
  return fitted.best ? fitted : result;
}

function judgement(
  fingerprint: Fingerprint,
  result: MatchResult,
  input: VerdictInput,
  entropy: EntropyTerm | undefined,
): Judgement {
  if (fingerprint.formResidual > 1e-6) return otherForm(fingerprint);
  if (result.largestWeight === 0) return noPolicyTerm(entropy);
  if (!result.best) return unknownRule(result, entropy);
  return knownRule(result.best, input, entropy);
}

/** The sentence with what happens to V; a target that moves is a mistake whatever the policy's term is. */
function withValue(verdict: Verdict): Verdict {
  const { value } = verdict;
  if (!value) return verdict;
  const sentence = `${verdict.sentence}; ${value.words}`;
  if (!value.reachesTarget || verdict.kind === "mistake") return { ...verdict, sentence };
  return {
    ...verdict,
    sentence,
    kind: "mistake",
    finding: "value_target_not_detached",
    explanation:
      "The target contains V of the next state; the book's rules hold it constant (a semi-gradient). Detach it.",
  };
}

type Judgement = Pick<Verdict, "kind" | "sentence" | "finding" | "match" | "scale" | "explanation" | "rule">;

function knownRule(match: Match, input: VerdictInput, entropy: EntropyTerm | undefined): Judgement {
  const scale = nameScale(match.scale, input.steps, input.episodes);
  const rule = ruleText(match, scale, entropy);
  const numbers = `c = ${formatSignificant(match.scale, 4)}·${match.rule.symbol}, residual ${formatSignificant(match.residual, 2)}`;
  const common = { match, scale, rule };
  if (match.scale < 0) {
    return {
      ...common,
      kind: "mistake",
      finding: "wrong_sign",
      sentence: `Wrong sign: ${match.rule.title}, but descending the return: ${numbers}`,
      explanation: "An optimiser minimises the loss, so what should grow needs a minus sign in front of it.",
    };
  }
  if (entropy?.constant && entropy.beta < 0) {
    return {
      ...common,
      kind: "mistake",
      finding: "entropy_sign",
      sentence: `${match.rule.title}, but entropy is minimised (β = ${formatSignificant(entropy.beta, 3)}): ${numbers}`,
      explanation:
        "A bonus is subtracted from the loss: loss − β·H. With a plus sign the policy loses its exploration.",
    };
  }
  return { ...common, ...scaledRule(match, scale, numbers, entropy) };
}

function scaledRule(
  match: Match,
  scale: ScaleName,
  numbers: string,
  entropy: EntropyTerm | undefined,
): Pick<Judgement, "kind" | "sentence" | "finding" | "explanation"> {
  const bonus = entropyWords(entropy);
  const isMeantMean = match.rule.averaged === true && scale.id === "step_mean";
  const plain = scale.id === "sum" || isMeantMean || match.rule.id.includes("normalised");
  const title = plain ? match.rule.title : `${match.rule.title}, ${scale.words}`;
  const isBook = match.rule.kind === "book" && plain;
  return {
    kind: match.rule.kind === "mistake" ? "mistake" : isBook ? "book" : "variant",
    finding: isBook ? undefined : match.rule.kind === "book" ? scaleFinding(scale) : match.rule.id,
    sentence: `${title}${bonus}: ${numbers}`,
    explanation: [match.rule.explanation, plain ? "" : scaleExplanation(scale)].filter(Boolean).join(" "),
  };
}

function scaleFinding(scale: ScaleName): string {
  return scale.id === "step_mean" || scale.id === "episode_mean" ? "mean_instead_of_sum" : "scaled";
}

function scaleExplanation(scale: ScaleName): string {
  switch (scale.id) {
    case "step_mean":
      return "The rule sums over the steps; a mean divides each episode's update by its length, so long episodes weigh less per step under SGD (under Adam the scale all but cancels).";
    case "episode_mean":
      return "A mean over the episodes of a batch only scales the step.";
    case "base_10":
    case "base_2":
      return "The logarithm is not the natural one: a constant factor.";
    case "factor":
      return "A constant factor scales the step under SGD and all but cancels under Adam.";
    case "sum":
      return "";
    default:
      return scale.id satisfies never;
  }
}

function otherForm(fingerprint: Fingerprint): Judgement {
  return {
    kind: "undecided",
    finding: undefined,
    match: undefined,
    scale: undefined,
    sentence: `Not of the form Σ c·∇ln π: ${formatSignificant(100 * fingerprint.formResidual, 3)} % of the gradient at the outputs is left over`,
    explanation: "Something else than log π carries gradient here: a direct term in the logits or in π.",
    rule: "theta -= alpha * grad(loss)",
  };
}

function noPolicyTerm(entropy: EntropyTerm | undefined): Judgement {
  const only = entropy ? " (only entropy does)" : "";
  return {
    kind: "mistake",
    finding: "detached_log_prob",
    match: undefined,
    scale: undefined,
    sentence: `No policy-gradient term: ∂L/∂ln π is 0 at every step${only}`,
    explanation: "Either log_pi does not occur, it is detached, or every weight is 0 on this batch.",
    rule: entropy ? `theta += alpha * ${formatSignificant(entropy.beta, 3)} * grad(entropy)` : "theta += 0",
  };
}

function unknownRule(result: MatchResult, entropy: EntropyTerm | undefined): Judgement {
  const near = result.nearest;
  const detail = near
    ? `nearest is ${near.rule.symbol} with κ = ${formatSignificant(near.scale, 4)} and residual ${formatSignificant(near.residual, 2)}`
    : "no candidate can be held against it";
  return {
    kind: "undecided",
    finding: undefined,
    match: undefined,
    scale: undefined,
    sentence: `A weight of its own${entropyWords(entropy)}: ${detail}`,
    explanation:
      "The weights c belong to none of the known rules on this batch; the weight column shows them.",
    rule: `theta += alpha * c * grad(log_pi)${entropyRule(entropy)}`,
  };
}

function entropyTerm(weights: Float64Array | undefined): EntropyTerm | undefined {
  if (!weights) return undefined;
  const first = weights[0]!;
  const constant = weights.every((weight) => Math.abs(weight - first) <= 1e-9 * Math.abs(first));
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  return { constant, beta: constant ? first : mean };
}

function entropyWords(entropy: EntropyTerm | undefined): string {
  if (!entropy) return "";
  const beta = formatSignificant(entropy.beta, 3);
  return entropy.constant ? `, entropy bonus β = ${beta}` : `, entropy weights of mean ${beta}`;
}

/** The summand of entropy; in a rule of `-=` all summands are subtracted. */
function entropyRule(entropy: EntropyTerm | undefined, descends = false): string {
  if (!entropy) return "";
  const size = plainNumber(Math.abs(entropy.beta));
  return ` ${entropy.beta < 0 === descends ? "+" : "-"} alpha * ${entropy.constant ? size : "beta"} * grad(entropy)`;
}

function ruleText(match: Match, scale: ScaleName, entropy: EntropyTerm | undefined): string {
  const sign = match.scale < 0 ? "-=" : "+=";
  const factor =
    scale.symbol === ""
      ? ""
      : `${scale.id === "factor" ? plainNumber(Math.abs(match.scale)) : scale.symbol.replace("/ln 10", "/ln(10)").replace("/ln 2", "/ln(2)")} * `;
  const weight = match.rule.rule === "1" && factor !== "" ? "" : `${match.rule.rule} * `;
  return `theta ${sign} alpha * ${factor}${weight}grad(log_pi)${entropyRule(entropy, match.scale < 0)}`;
}

function plainNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function undecidedReasons(
  input: VerdictInput,
  fingerprint: Fingerprint,
  result: MatchResult,
  fit: EntropyFit | undefined,
): string[] {
  const reasons: string[] = [];
  if (input.gamma === 1) reasons.push("γ = 1: with γᵗ and without are the same");
  if (input.steps === 1) reasons.push("T = 1: one step shows a weight but no formula");
  if (input.rewards.every((reward) => reward === 0)) reasons.push("all rewards are 0: so is every return");
  if (fingerprint.entropyInseparable && fingerprint.formResidual <= 1e-6) {
    const words = "two actions and a loss on logits or π: at one step an entropy term looks like a weight";
    const across = fit
      ? `; across the steps, with the rule, it is β = ${formatSignificant(fit.beta, 4)} (condition number ${formatSignificant(fit.condition, 2)})`
      : "";
    reasons.push(words + across);
  }
  const others = result.indistinguishable.filter((match) => !isScaledTwin(match, result.best));
  if (others.length > 0) {
    const names = others.map((match) => match.rule.symbol).join(", ");
    reasons.push(`on this batch the same up to a factor: ${names}`);
  }
  return reasons;
}

/** With γ = 1 the γᵗ twins of a rule say nothing new. */
function isScaledTwin(match: Match, best: Match | undefined): boolean {
  return best !== undefined && match.rule.id === best.rule.id;
}
