import type { UpdateEvidence } from "../../../diagnosis/trace/evidence.ts";
import type { Reading } from "../../../diagnosis/trace/reading.ts";
import type { Session } from "../../../diagnosis/trace/session.ts";
import { fitWords } from "../../../diagnosis/trace/weights/describe.ts";
import { fitWeights } from "../../../diagnosis/trace/weights/fit.ts";
import type { WeightSpec } from "../../../diagnosis/trace/weights/options.ts";
import type { ReadUpdate } from "../../../diagnosis/trace/weights/readUpdate.ts";
import { candidateFor, type Explanation, hasOwnScales } from "../../../diagnosis/trace/weights/search.ts";
import { multipliersOf, TargetCache } from "../../../diagnosis/trace/weights/weightsOf.ts";
import { UserError } from "../../userError.ts";
import { readValueTerm, type ValueTerm } from "./valueTerm.ts";
import { weightLines } from "./weightLines.ts";

/** What a script of one recorded update is made from. */
export interface TraceFacts {
  readonly update: UpdateEvidence;
  /** "c = 1.000·γᵗG, residual 0", or that the weights follow no known rule. */
  readonly words: string;
  readonly spec: WeightSpec | undefined;
  /** Python that makes w from the trajectories; undefined where w is taken as it was read. */
  readonly rule: readonly string[] | undefined;
  /** κ, and w [T] as numbers, without what a ratio does to it; c as it was read where no rule is known. */
  readonly kappa: number;
  readonly weights: Float64Array;
  /** Whether gradients go on to the outputs: they are there, and log_prob is theirs. */
  readonly outputs: UpdateEvidence["policy"];
  /** [T], ∂L/∂H_t; undefined where the loss has no entropy. */
  readonly entropyCoef: Float64Array | undefined;
  /** Whether the recorded entropies are those of the outputs. */
  readonly trustsEntropies: boolean;
  readonly valueTerm: ValueTerm | undefined;
  /** [T], what an undetached V is multiplied with in c. */
  readonly multipliers: Float64Array | undefined;
  /** The critic's part of the loss as a number, where its form is not known. */
  readonly valueLoss: number | undefined;
  readonly tolerance: number;
  /** Whether all parts of the loss are known, so that it can be compared. */
  readonly knowsLoss: boolean;
  /** What ∂L/∂outputs are of no such loss leaves of them; 0 where they are. */
  readonly formResidual: number;
  /** What the trace does not hold, so that it is not compared. */
  readonly absent: readonly string[];
}

/** Gathers what a trace tells of one update. Throws a UserError that says what would have to be recorded. */
export function traceFacts(session: Session, update: UpdateEvidence): TraceFacts {
  const read = session.readings.find((one) => one.update === update);
  if (!read) throw tooLittle(update);
  const { reading } = read;
  const explanation = session.weights.explained.find(({ updates }) =>
    updates.some((one) => one.update === update),
  );
  const outputs = trusted(session, update) ? update.policy : undefined;
  if (!outputs && !update.logProbs) throw tooLittle(update);
  const rule = explanation && weightLines(explanation.spec);
  const logProbs = outputs ? session.policies.of(update)!.logProbs : update.logProbs!;
  const entropies = entropiesOf(session, update, outputs !== undefined);
  const entropyCoef = entropies.values && entropyCoefOf(update, reading, explanation);
  const kappa = explanation ? scaleFor(explanation, update, reading) : 1;
  const weights = explanation ? plainWeights(explanation, read) : readable(reading);
  const isLinear = explanation === undefined || explanation.spec.factor === "one";
  const policyValue = isLinear ? -kappa * dot(weights, logProbs) : undefined;
  const rest = restOfLoss(update, policyValue, entropyCoef, entropies.values);
  const multipliers = explanation && leakMultipliers(update, explanation, kappa);
  const tolerance = session.weightPrecision.tolerance;
  const valueTerm = readValueTerm(update, {
    lambda: explanation?.spec.returns === "gae" ? explanation.spec.lambda : (update.gaeLambda ?? 0.95),
    // What follows an end that was fitted is in no list.
    ends: explanation === undefined || explanation.spec.ends === "fitted" ? "natural" : explanation.spec.ends,
    leak: multipliers?.map((multiplier, t) => multiplier * logProbs[t]!),
    rest,
    tolerance: 30 * tolerance,
  });
  const knowsLoss = isLossKnown(update, weights, valueTerm);
  return {
    update,
    words: explanation
      ? `${fitWords(explanation.spec, explanation.fit, explanation.possible)}, read from ${reading.from}`
      : `c follows no known rule; as read from ${reading.from}`,
    spec: explanation?.spec,
    rule,
    kappa,
    weights,
    outputs,
    entropyCoef,
    trustsEntropies: entropies.isOfOutputs,
    valueTerm,
    multipliers: valueTerm?.leaks ? multipliers : undefined,
    valueLoss: valueTerm ? undefined : update.valueLoss,
    tolerance,
    knowsLoss,
    formResidual: reading.formResidual > 30 * tolerance ? reading.formResidual : 0,
    absent: absentFrom(update, { hasOutputs: outputs !== undefined, valueTerm, knowsLoss }),
  };
}

function tooLittle({ number }: UpdateEvidence): UserError {
  return new UserError(
    "too_little",
    `Update ${number} cannot be made again from this trace: it holds no weight of its steps.`,
    "Record log_prob with its gradient: rec.update(loss=…, log_prob=…) before loss.backward().",
  );
}

/** Whether the outputs are those that the update's log-probabilities are of: not after the policy has moved. */
function trusted(session: Session, update: UpdateEvidence): boolean {
  if (!update.policy || !session.trustsOutputs) return false;
  const own = update.hasOwnLogProbs ? update.logProbs : undefined;
  const numbers = session.policies.of(update)!;
  const slack = 1e-6 + 100 * session.policyPrecision.unit;
  return (
    own?.every((value, t) => Math.abs(value - numbers.logProbs[t]!) <= slack * (1 + Math.abs(value))) ?? true
  );
}

function readable({ weights }: Reading): Float64Array {
  return weights.map((weight) => (Number.isNaN(weight) ? 0 : weight));
}

/** w of the rule, without a ratio. */
function plainWeights({ spec }: Explanation, read: ReadUpdate): Float64Array {
  return candidateFor(read, { ...spec, factor: "one" }, new TargetCache());
}

function scaleFor({ spec, fit }: Explanation, update: UpdateEvidence, observed: Reading): number {
  if (!hasOwnScales(spec)) return fit.scale;
  const own = fitWeights([observed], [candidateFor({ update, observed }, spec, new TargetCache())], true);
  return own?.scale ?? fit.scale;
}

/** −β_t, strongest evidence first; undefined where there is none of it. */
function entropyCoefOf(
  { entropyCoef, steps }: UpdateEvidence,
  { entropyDirection, entropyWeights }: Reading,
  explanation: Explanation | undefined,
): Float64Array | undefined {
  const betas = entropyDirection
    ? new Float64Array(steps).fill(explanation?.fit.beta ?? 0)
    : entropyWeights?.map((beta) => (Number.isNaN(beta) ? 0 : beta));
  const coef = entropyCoef ?? betas?.map((beta) => -beta);
  return coef?.some((value) => Math.abs(value) > 1e-12) ? coef : undefined;
}

function entropiesOf(
  session: Session,
  update: UpdateEvidence,
  hasOutputs: boolean,
): { readonly values: Float64Array | undefined; readonly isOfOutputs: boolean } {
  const own = update.entropies;
  const computed = hasOutputs ? session.policies.of(update)!.entropies : undefined;
  const slack = Math.max(1e-9, 200 * session.policyPrecision.unit);
  const isSame =
    computed &&
    (own?.every((value, t) => Math.abs(value - computed[t]!) <= slack * (1 + Math.abs(value))) ?? true);
  return { values: isSame ? computed : own, isOfOutputs: isSame === true };
}

function restOfLoss(
  { loss, valueLoss }: UpdateEvidence,
  policy: number | undefined,
  entropyCoef: Float64Array | undefined,
  entropies: Float64Array | undefined,
): number | undefined {
  if (valueLoss !== undefined) return valueLoss;
  if (loss === undefined || policy === undefined || (entropyCoef && !entropies)) return undefined;
  return loss - policy - (entropyCoef ? dot(entropyCoef, entropies!) : 0);
}

/** κ times what G − V is multiplied with; undefined where V does not stand in c as it is. */
function leakMultipliers(
  update: UpdateEvidence,
  { spec }: Explanation,
  kappa: number,
): Float64Array | undefined {
  if (spec.baseline !== "value" || spec.centre !== "none" || spec.factor !== "one") return undefined;
  return multipliersOf(update, spec).map((multiplier) => kappa * multiplier);
}

/** Weights of 0 tell nothing of a loss whose gradient stops before the policy; nor does a critic of no known form. */
function isLossKnown(
  { values, valueLoss, valueGrad }: UpdateEvidence,
  weights: Float64Array,
  valueTerm: ValueTerm | undefined,
): boolean {
  const hasCritic = values !== undefined && !valueGrad?.every((gradient) => gradient === 0);
  const knowsCritic = !hasCritic || valueTerm !== undefined || valueLoss !== undefined;
  return knowsCritic && weights.some((weight) => weight !== 0);
}

interface Known {
  readonly hasOutputs: boolean;
  readonly valueTerm: ValueTerm | undefined;
  readonly knowsLoss: boolean;
}

function absentFrom(update: UpdateEvidence, { hasOutputs, valueTerm, knowsLoss }: Known): readonly string[] {
  const { loss, coef, logitsGrad, muGrad, valueGrad, values, policy } = update;
  const moved = policy && !hasOutputs ? ["∂L/∂outputs (log_prob is not that of the recorded outputs)"] : [];
  const critic = valueGrad && !valueTerm ? ["∂L/∂V (it follows no known value loss)"] : [];
  const unknown = knowsLoss
    ? []
    : ["loss (a part of it cannot be told from its gradients; value_loss would tell the critic's)"];
  return [
    ...(loss === undefined ? ["loss"] : unknown),
    ...(coef ? [] : ["∂L/∂log_pi (coef)"]),
    ...(policy ? [] : ["logits, or mu and log_sigma"]),
    ...(hasOutputs && !logitsGrad && !muGrad ? ["∂L/∂outputs"] : moved),
    ...(values && !valueGrad ? ["∂L/∂V (value_grad)"] : critic),
  ];
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let t = 0; t < a.length; t++) sum += a[t]! * b[t]!;
  return sum;
}
