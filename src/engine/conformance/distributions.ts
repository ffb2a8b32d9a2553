import {
  addEntropyGradient,
  addLogProbabilityGradient,
  entropy,
  logProbability,
  softmax,
} from "../../rl/categorical.ts";
import {
  normalEntropy,
  normalLogProbability,
  normalLogSigmaGradient,
  normalMuGradient,
  squashLogSlope,
  unsquash,
} from "../../rl/gaussian.ts";
import { readNumber } from "./compare.ts";
import { comparedCase, type Outcome, type PendingCase } from "./outcome.ts";
import { type Fields, fields, MalformedCase, number, numbers } from "./reading.ts";

const gaussian = ["normal", "diagonal_normal", "tanh_normal"] as const;

/** Recomputes a file of the form of distributions.json: log-probability, entropy and their gradients. */
export function* conformDistributions(file: Fields): Iterable<PendingCase> {
  for (const [index, entry] of entries(file, "categorical").entries()) {
    const id = `categorical/${index}`;
    yield { id, compute: () => categoricalCase(id, fields(entry)) };
  }
  for (const kind of gaussian) {
    for (const [index, entry] of entries(file, kind).entries()) {
      const id = `${kind}/${index}`;
      yield { id, compute: () => gaussianCase(id, kind, fields(entry)) };
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

/** A normal, given by numbers or lists of them; `tanh_normal` squashes by a = scale·tanh(u). */
function gaussianCase(id: string, kind: (typeof gaussian)[number], entry: Fields): Outcome {
  const column = (name: string) => {
    const value = readNumber(entry[name]);
    return value === undefined ? numbers(entry, name) : Float64Array.of(value);
  };
  const [mu, logSigma, action] = [column("mu"), column("log_sigma"), column("action")];
  if (logSigma.length !== mu.length || action.length !== mu.length) {
    throw new MalformedCase("mu, log_sigma and action differ in length");
  }
  const scale = kind === "tanh_normal" ? number(entry, "scale") : undefined;
  const drawn = scale === undefined ? action : action.map((a) => unsquash(a, scale));
  const each = (of: (action: number, mu: number, logSigma: number) => number) =>
    drawn.map((a, i) => of(a, mu[i]!, logSigma[i]!));
  const slopes = drawn.map((u) => (scale === undefined ? 0 : squashLogSlope(u, scale)));
  const logProbabilities = each(normalLogProbability).map((value, i) => value - slopes[i]!);
  const given = kind === "normal" ? (values: Float64Array) => values[0] : (values: Float64Array) => values;
  return comparedCase(id, entry, {
    sigma: given(logSigma.map(Math.exp)),
    pre_tanh: drawn,
    log_prob: total(logProbabilities),
    log_prob_per_dim: logProbabilities,
    entropy: scale === undefined ? total(logSigma.map(normalEntropy)) : null,
    dlog_prob_dmu: given(each(normalMuGradient)),
    dlog_prob_dlog_sigma: given(each(normalLogSigmaGradient)),
    dentropy_dmu: given(new Float64Array(mu.length)),
    dentropy_dlog_sigma: given(new Float64Array(mu.length).fill(1)),
  });
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
