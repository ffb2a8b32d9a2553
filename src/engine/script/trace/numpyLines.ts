import { pythonNumber } from "../embed.ts";
import type { Dialect } from "./pytorchLines.ts";
import type { TraceFacts } from "./traceFacts.ts";

export const numpyDialect: Dialect = {
  library: "NumPy",
  imports: ["import base64", "import math", "import sys", "", "import numpy as np"],
  numbers: `def numbers(text, shape):
    """float64 numbers out of base64, every bit of them."""
    return np.frombuffer(base64.b64decode("".join(text.split())), dtype="<f8").reshape(shape)`,
  beside: `worst = [0.0]


def beside(name, ours, recorded, size=0.0):
    """Prints a number's norm here and as recorded, and by how much they differ relative to the recorded one."""
    norm = lambda x: float(np.linalg.norm(x))
    difference = norm(np.subtract(ours, recorded)) / max(norm(recorded), size, 1e-9)
    worst[0] = max(worst[0], difference)
    print(f"{'|' + name + '|':>16}  {norm(ours):.15g}  {norm(recorded):.15g}  {difference:.1e}")`,
  leaves: (names) => (names.includes("V") ? ["V_held = V"] : []),
  categorical: {
    logProb: [
      "log_softmax = logits - logits.max(1, keepdims=True)",
      "log_softmax = log_softmax - np.log(np.exp(log_softmax).sum(1, keepdims=True))",
      "pi = np.exp(log_softmax)",
      "log_pi = log_softmax[np.arange(T), a]",
    ],
    entropy: ["entropy = -(pi * log_softmax).sum(1)"],
  },
  gaussian: {
    logProb: [
      "off = (a - mu) / np.exp(log_sigma)",
      "log_pi = (-0.5 * off**2 - log_sigma - 0.5 * math.log(2 * math.pi)).sum(1)",
    ],
    entropy: ["entropy = (0.5 + 0.5 * math.log(2 * math.pi) + log_sigma).sum(1)"],
  },
  stack: (list) => `np.array(${list})`,
  exp: (x) => `np.exp(${x})`,
  clip: (x, low, high) => `np.clip(${x}, ${low}, ${high})`,
  least: (x, y) => `np.minimum(${x}, ${y})`,
  most: (x, y) => `np.maximum(${x}, ${y})`,
  held: (x) => x,
};

/** ∂L/∂ of everything that is compared, written out. */
export function numpyBackward(facts: TraceFacts): readonly string[] {
  const { outputs, valueTerm, multipliers } = facts;
  const lines = ["# Backward, by hand.", ...logProbLines(facts)];
  if (outputs?.kind === "categorical") lines.push(...logitsLines(facts));
  if (outputs?.kind === "gaussian") lines.push(...gaussianLines(facts));
  if (valueTerm) {
    const leak = multipliers ? " + multipliers * log_pi" : "";
    lines.push(`d_V = ${pythonNumber(valueTerm.factor)} * (V - target)${leak}`);
  }
  return lines;
}

/** d(policy loss)/d ln π; a clip holds the ratio where it lies outside and the least (or most) is the clipped one. */
function logProbLines({ spec, update }: TraceFacts): readonly string[] {
  const epsilon = pythonNumber(update.clipEpsilon ?? 0.2);
  const inside = `(np.abs(ratio - 1.0) <= ${epsilon})`;
  switch (spec?.factor) {
    case "probability":
      return ["d_log_pi = -w * np.exp(log_pi)"];
    case "ratio":
      return ["d_log_pi = -w * ratio"];
    case "invertedRatio":
      return [`d_log_pi = w * ratio * (${inside} | ((w > 0) != (ratio > 1.0)))`];
    case "clippedRatio":
      return [`d_log_pi = -w * ratio * (${inside} | ((w > 0) != (ratio > 1.0)))`];
    case "wrongClip":
      return [`d_log_pi = -w * ratio * ${inside}`];
    case "reversedClip":
      return [`d_log_pi = -w * ratio * (${inside} | ((w > 0) == (ratio > 1.0)))`];
    default:
      return ["d_log_pi = -w"];
  }
}

function logitsLines({ entropyCoef, trustsEntropies }: TraceFacts): readonly string[] {
  const entropy =
    entropyCoef && trustsEntropies
      ? ["d_logits = d_logits - entropy_coef[:, None] * pi * (log_softmax + entropy[:, None])"]
      : [];
  return ["d_logits = d_log_pi[:, None] * (np.eye(pi.shape[1])[a] - pi)", ...entropy];
}

function gaussianLines({ entropyCoef, trustsEntropies }: TraceFacts): readonly string[] {
  const entropy = entropyCoef && trustsEntropies ? ["d_log_sigma = d_log_sigma + entropy_coef[:, None]"] : [];
  return [
    "d_mu = d_log_pi[:, None] * off / np.exp(log_sigma)",
    "d_log_sigma = d_log_pi[:, None] * (off**2 - 1.0)",
    ...entropy,
  ];
}
