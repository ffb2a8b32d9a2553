import {
  addEntropyGradient,
  addLogProbabilityGradient,
  entropy,
  logProbability,
  softmax,
} from "../../rl/categorical.ts";
import { comparedCase, type Outcome, type PendingCase, skippedCase } from "./outcome.ts";
import { type Fields, fields, MalformedCase, number, numbers } from "./reading.ts";

const gaussian = ["normal", "diagonal_normal", "tanh_normal"];

/** Recomputes a file of the form of distributions.json: log-probability, entropy and their gradients. */
export function* conformDistributions(file: Fields): Iterable<PendingCase> {
  for (const [index, entry] of entries(file, "categorical").entries()) {
    const id = `categorical/${index}`;
    yield { id, compute: () => categoricalCase(id, fields(entry)) };
  }
  for (const kind of gaussian) {
    for (const index of entries(file, kind).keys()) {
      const id = `${kind}/${index}`;
      yield { id, compute: () => skippedCase(id, "needs a Gaussian head, which is not offered yet") };
    }
  }
}

export const isDistributions = (file: Fields) =>
  ["categorical", ...gaussian].some((kind) => Array.isArray(file[kind]));

function entries(file: Fields, kind: string): readonly unknown[] {
  return Array.isArray(file[kind]) ? file[kind] : [];
}

function categoricalCase(id: string, entry: Fields): Outcome {
  const logits = numbers(entry, "logits");
  const action = number(entry, "action");
  const count = logits.length;
  if (!(action in logits)) throw new MalformedCase(`there is no action ${action} among ${count}`);
  const probabilities = new Float64Array(count);
  const logSum = softmax(logits, 0, count, probabilities);
  const logGradient = new Float64Array(count);
  addLogProbabilityGradient(probabilities, 0, count, action, 1, logGradient);
  const entropyGradient = new Float64Array(count);
  addEntropyGradient(logits, probabilities, 0, count, 1, entropyGradient);
  return comparedCase(id, entry, {
    logits,
    action,
    probs: probabilities,
    log_prob: logProbability(logits, 0, count, logSum, action),
    entropy: entropy(logits, probabilities, 0, count, logSum),
    dlog_prob_dlogits: logGradient,
    dentropy_dlogits: entropyGradient,
  });
}
