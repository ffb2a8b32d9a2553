import { formatSignificant } from "../../scale.ts";
import { detectionOn } from "../detectionOn.ts";
import type { UpdateEvidence } from "../evidence.ts";
import type { Detection } from "../finding.ts";
import type { FindingRule } from "../findingRule.ts";
import type { Session } from "../session.ts";
import { isZero } from "../weights/search.ts";

function on(
  session: Session,
  updates: readonly UpdateEvidence[],
  message: string,
  evidence: Detection["evidence"],
): Detection {
  return detectionOn(session, updates, message, { updates: updates.length, ...evidence });
}

const oneOutputOnly: FindingRule = {
  id: "one_output_only",
  severity: "error",
  title: "the gradient enters one output neuron only",
  why: "ln softmax depends on every logit: the taken action gets −c(1 − π), every other one +cπ. With one alone the policy drifts.",
  fix: "dlogits = c * (probs - one_hot(action))   # or let autograd go through log_softmax",
  reference: "Sutton & Barto (2nd ed.), exercise 13.3; rlcode/reinforcement-learning#54",
  detect: (session) => {
    const updates = session.updates.filter(hasOneOutput);
    if (updates.length === 0) return undefined;
    return on(
      session,
      updates,
      `Expected ∂L/∂logits that sum to 0 over the actions; seen a gradient at one output and exactly 0 at the others on every step of ${updates.length} updates`,
      { sumOverLargest: 1 },
    );
  },
  undecided: (session) =>
    session.updates.some(
      ({ logitsGrad, muGrad, policy }) => logitsGrad || muGrad || policy?.kind === "gaussian",
    )
      ? undefined
      : "record logits_grad: coef alone does not show which outputs the gradient enters",
};

function hasOneOutput({ ownPolicy: policy, logitsGrad, steps }: UpdateEvidence): boolean {
  if (policy?.kind !== "categorical" || logitsGrad?.length !== policy.logits.length) return false;
  let touched = 0;
  for (let t = 0; t < steps; t++) {
    const row = logitsGrad.subarray(t * policy.actionCount, (t + 1) * policy.actionCount);
    const nonZero = row.reduce((count, value) => count + (value === 0 ? 0 : 1), 0);
    if (nonZero > 1) return false;
    touched += nonZero;
  }
  return touched > 0;
}

const detachedLogProb: FindingRule = {
  id: "detached_log_prob",
  severity: "error",
  title: "no gradient reaches the policy",
  why: "log π was detached or rebuilt from numbers: the loss has a value, the parameters do not move.",
  fix: "log_prob = dist.log_prob(action)   # keep the tensor, not .item() or torch.tensor(log_prob)",
  reference: "PyTorch, autograd mechanics",
  detect: (session) => {
    const updates = session.updates.filter((update) => {
      const { coef, loss, context } = update;
      const isSilent = hasSilentOutputs(update, session) || coef?.every((value) => value === 0);
      const hasLoss = loss === undefined || Math.abs(loss) > 1e-9;
      return isSilent && hasLoss && context.rewards.some((reward) => reward !== 0) && !isCancelled(update);
    });
    // A minibatch in which all is clipped has no gradient either: a tensor that is detached never has one.
    const learning = session.updates.filter(({ coef, logitsGrad, muGrad }) =>
      [coef, logitsGrad, muGrad].some((gradient) => gradient?.some((value) => value !== 0)),
    );
    if (updates.length === 0 || learning.length > 0 || session.updates.some(isCancelled)) return undefined;
    return on(
      session,
      updates,
      `Expected a gradient where the loss is not 0; seen exactly 0 at the policy on ${updates.length} of ${session.updates.length} updates`,
      { gradNorm: 0 },
    );
  },
};

/** No gradient at the parameters, or at any output that the action depends on (the norm may be the critic's). */
function hasSilentOutputs(update: UpdateEvidence, session: Session): boolean {
  const { gradNorm, logitsGrad, muGrad, logSigmaGrad } = update;
  if (gradNorm === 0) return true;
  const outputs = [logitsGrad, muGrad, logSigmaGrad].filter((gradient) => gradient !== undefined);
  if (outputs.length === 0 || !session.trustsOutputs) return false;
  return outputs.every((gradient) => gradient.every((value) => value === 0));
}

/** Every step has weight 0 since every advantage is: they are recorded, or the loss has no policy term at all. */
function isCancelled(update: UpdateEvidence): boolean {
  const { coef, recordedAdvantages } = update;
  if (coef === undefined || !isZero(coef)) return false;
  return recordedAdvantages ? isZero(recordedAdvantages) : lacksPolicyTerm(update);
}

/** Whether the loss is that of the critic and the entropy alone, which do carry gradient. */
function lacksPolicyTerm({ loss, valueLoss, valueGrad, entropies, entropyCoef }: UpdateEvidence): boolean {
  if (loss === undefined || (valueGrad && valueLoss === undefined)) return false;
  const bonus = entropies && entropyCoef ? dot(entropies, entropyCoef) : 0;
  const carries = (gradient: Float64Array | undefined) => gradient?.some((value) => value !== 0) ?? false;
  if (!carries(valueGrad) && !carries(entropyCoef)) return Math.abs(loss) <= 1e-7;
  return Math.abs(loss - (valueLoss ?? 0) - bonus) <= 1e-4 * (Math.abs(loss) + Math.abs(bonus));
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, t) => sum + value * b[t]!, 0);
}

const normalisedWrongAxis: FindingRule = {
  id: "normalised_wrong_axis",
  severity: "error",
  title: "advantages were normalised over an axis of size 1",
  why: "Every number minus itself is 0: nothing is learned.",
  fix: "adv = (adv - adv.mean()) / (adv.std() + 1e-8)   # over time and batch",
  reference: "tensorflow/agents#651",
  detect: (session) => {
    const updates = session.updates.filter(
      (update) => isCancelled(update) && update.context.rewards.some((reward) => reward !== 0),
    );
    if (updates.length === 0) return undefined;
    return on(
      session,
      updates,
      `Expected advantages that differ; all are 0 on ${updates.length} updates although rewards are not`,
      {
        largest: 0,
      },
    );
  },
};

const missingZeroGrad: FindingRule = {
  id: "missing_zero_grad",
  severity: "error",
  title: "gradients of earlier updates are still there",
  why: "backward() adds to .grad. Without zero_grad every update repeats all earlier ones.",
  fix: "optimizer.zero_grad(); loss.backward(); optimizer.step()",
  reference: "PyTorch, torch.optim",
  detect: (session) => {
    const later = session.updates.slice(1).filter(({ gradNormBefore }) => gradNormBefore !== undefined);
    const updates = later.filter(({ gradNormBefore }) => gradNormBefore! > 0);
    // Gradient accumulation over minibatches leaves every k-th update clean.
    if (updates.length === 0 || updates.length < later.length) return undefined;
    return on(
      session,
      updates,
      `Expected no gradient before backward(); seen ‖.grad‖ = ${formatSignificant(updates[0]!.gradNormBefore!, 4)} before update ${updates[0]!.number}, and at every later one`,
      { before: updates[0]!.gradNormBefore! },
    );
  },
  undecided: (session) =>
    session.updates.some(({ gradNormBefore }) => gradNormBefore !== undefined)
      ? undefined
      : "record grad_norm_before (the recorder does, given params) to see gradients that were never zeroed",
};

const undetachedAction: FindingRule = {
  id: "undetached_action",
  severity: "error",
  title: "the sampled action carries gradient into its own log π",
  why: "With a = μ + σε, a − μ does not depend on μ: ln π has no gradient there, and only σ is trained.",
  fix: "action = dist.sample()   # not rsample(), or action.detach()",
  reference: "HorizonRobotics/alf#34",
  detect: (session) => {
    const updates = session.updates.filter(({ ownPolicy: policy, muGrad, coef, logSigmaGrad }) => {
      if (policy?.kind !== "gaussian" || !muGrad || !session.trustsOutputs) return false;
      const largest = largestOf(coef ?? logSigmaGrad);
      // An action that is the mean itself has no gradient there either.
      const reach = largestOf(
        policy.actions.map((action, at) => (action - policy.mu[at]!) * Math.exp(-policy.logSigma[at]!)),
      );
      return largest > 0 && reach > 1e-3 && largestOf(muGrad) <= 1e-7 * largest;
    });
    if (updates.length === 0) return undefined;
    return on(
      session,
      updates,
      `Expected ∂L/∂μ = −c(a − μ)/σ²; seen 0 at every step of ${updates.length} updates while the weights are not`,
      { muGrad: 0 },
    );
  },
};

function largestOf(values: Float64Array | undefined): number {
  return values?.reduce((most, value) => Math.max(most, Math.abs(value)), 0) ?? 0;
}

const zeroLoss: FindingRule = {
  id: "zero_loss_nonzero_gradient",
  severity: "info",
  title: "the loss is near 0 although the policy learns",
  why: "With centred weights the loss of a near-uniform policy is 0 by construction. The loss is no score: look at the return and the gradient.",
  fix: "plot the return and the gradient's norm, not the loss",
  reference: "huggingface/trl#2869",
  detect: (session) => {
    const updates = session.updates.filter(({ loss, coef, gradNorm, logProbs }) => {
      if (loss === undefined || !coef || !logProbs || !(gradNorm === undefined || gradNorm > 1e-9))
        return false;
      const size = coef.reduce((sum, value, t) => sum + Math.abs(value * logProbs[t]!), 0);
      return size > 0 && Math.abs(loss) <= 1e-6 * size;
    });
    if (updates.length === 0 || updates.length * 2 < session.updates.length) return undefined;
    return on(
      session,
      updates,
      `The loss is 0 to rounding on ${updates.length} updates, the weights are not`,
      {},
    );
  },
};

/** Findings about how the gradient reaches the policy. */
export const gradientRules: readonly FindingRule[] = [
  oneOutputOnly,
  detachedLogProb,
  normalisedWrongAxis,
  missingZeroGrad,
  undetachedAction,
  zeroLoss,
];
