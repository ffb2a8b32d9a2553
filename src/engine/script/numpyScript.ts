import type { PolicySpecification } from "../../policies/policy.ts";
import type { ScriptFacts } from "./facts.ts";
import { type ForwardPass, forwardPass, type HiddenLayer, wholeName } from "./forward.ts";

/** A script that makes an update again in NumPy, its gradient written out, and prints its numbers beside the recorded ones. */
export function numpyScript(facts: ScriptFacts, specification: PolicySpecification): string {
  const pass = forwardPass(specification, {
    activation: (kind, x) => (kind === "tanh" ? `np.tanh(${x})` : `np.maximum(${x}, 0.0)`),
  });
  return `"""${facts.title}

Run it with NumPy: it makes the policy and the batch again, computes the loss and its gradient by hand, and prints them
beside what the trainer recorded. Exit 0 where everything agrees to 1e-9.
"""

import base64
import math
import sys

${facts.loss}


def numbers(text, shape):
    """float64 numbers out of base64, every bit of them."""
    return np.frombuffer(base64.b64decode("".join(text.split())), dtype="<f8").reshape(shape)


# The policy's parameters before the update.
${facts.parameters.join("\n")}

# The batch.
${facts.data.join("\n")}
terminated, truncated = terminated != 0, truncated != 0
done = terminated | truncated

# What the trainer recorded.
${facts.recorded.join("\n")}

${facts.dropout.join("\n")}
# Forward: the policy's outputs and what a loss may name of them.
${pass.lines.join("\n")}
${headLines(specification).join("\n")}
log_pi_old = log_pi
${[...recordedLines(specification), ...facts.columns, ...facts.traces.flatMap(traceLines)].join("\n")}

loss, d = policy_loss(${facts.arguments.join(", ")})

# Backward: from the heads to the outputs, then through the layers.
d_log_pi = d.get("log_pi", np.zeros(T))
d_entropy = d.get("entropy", np.zeros(T))
${outputLines(specification).join("\n")}
gradient = {}
${[...backwardLines(pass, specification), ...facts.traces.flatMap(traceGradientLines)].join("\n")}

worst = 0.0


def beside(name, ours, recorded):
    """Prints a number's norm here and as recorded, and by how much they differ relative to the recorded one."""
    global worst
    scale = max(float(np.linalg.norm(recorded)), 1e-9)
    difference = float(np.linalg.norm(ours - recorded)) / scale if np.any(ours != recorded) else 0.0
    worst = max(worst, difference)
    print(f"{name:>16}  {float(np.linalg.norm(ours)):.15g}  {float(np.linalg.norm(recorded)):.15g}  {difference:.1e}")


print(f"{'':>16}  here, recorded, relative difference")
beside("|loss|", np.array(loss), np.array(recorded_loss))
beside("|log_pi|", log_pi, recorded_log_pi)
for name, values in recorded_gradient.items():
    beside(f"|dL/d{name}|", gradient[name], values)
sys.exit(0 if worst <= 1e-9 else 1)
`;
}

function headLines({ gaussian, value }: PolicySpecification): string[] {
  const action =
    gaussian === undefined
      ? [
          "a = a.astype(int)",
          "logits = logits[:T]",
          "log_softmax_z = logits - logits.max(1, keepdims=True)",
          "log_softmax_z = log_softmax_z - np.log(np.exp(log_softmax_z).sum(1, keepdims=True))",
          "pi = np.exp(log_softmax_z)",
          "log_pi = log_softmax_z[np.arange(T), a]",
          "entropy = -(pi * log_softmax_z).sum(1)",
        ]
      : [
          "mu = mu[:T]",
          gaussian.sigma === "network" ? "s_t = s[:T]" : "s_t = np.broadcast_to(s, (T, len(s)))",
          `sigma = ${gaussian.by === "exp" ? "np.exp(s_t)" : "np.logaddexp(0.0, s_t)"}`,
          "log_pi = (-0.5 * ((a - mu) / sigma) ** 2 - np.log(sigma) - 0.5 * math.log(2 * math.pi)).sum(1)",
          "entropy = (0.5 + 0.5 * math.log(2 * math.pi) + np.log(sigma)).sum(1)",
        ];
  if (value === undefined) return action;
  return [
    ...action,
    "V = V_seen[:T, 0]",
    "next_row = next_row.astype(int)",
    "V_next = np.where(next_row < 0, 0.0, V_seen[np.maximum(next_row, 0), 0])",
  ];
}

function traceLines({ name, lines }: ScriptFacts["traces"][number]): string[] {
  return [
    "",
    "# What the steps before left in the eligibility trace: its value, and its gradient by parameter.",
    ...lines,
    `${name} = np.full(T, ${name}_value)`,
  ];
}

function traceGradientLines({ name }: ScriptFacts["traces"][number]): string[] {
  return [
    `for name, values in ${name}_gradient.items():`,
    `    gradient[name] = gradient[name] + d.get("${name}", np.zeros(T)).sum() * values`,
  ];
}

function recordedLines({ value }: PolicySpecification): string[] {
  const returns = [
    "G_recorded = r.copy()",
    "for row in reversed(range(T - 1)):",
    "    if not done[row]:",
    "        G_recorded[row] += gamma * G_recorded[row + 1]",
  ];
  return value === undefined ? returns : [...returns, "V_recorded = V"];
}

/** ∂L/∂ of every output, for all rows seen: final observations have a V alone. */
function outputLines({ gaussian, value }: PolicySpecification): string[] {
  const padded = (name: string) =>
    `${name} = np.concatenate([${name}, np.zeros((len(observations) - T, ${name}.shape[1]))])`;
  const action =
    gaussian === undefined
      ? [
          'd_pi = d.get("pi", np.zeros_like(pi))',
          'd_logits = np.array(d.get("logits", np.zeros_like(pi)))',
          "d_logits += d_log_pi[:, None] * (np.eye(pi.shape[1])[a] - pi)",
          "d_logits -= d_entropy[:, None] * pi * (log_softmax_z + entropy[:, None])",
          "d_logits += pi * (d_pi - (d_pi * pi).sum(1, keepdims=True))",
          padded("d_logits"),
        ]
      : [
          "off = (a - mu) / sigma",
          'd_mu = d.get("mu", np.zeros_like(mu)) + d_log_pi[:, None] * off / sigma',
          'd_sigma = d.get("sigma", np.zeros_like(mu)) + (d_log_pi[:, None] * (off**2 - 1.0) + d_entropy[:, None]) / sigma',
          `d_s = d_sigma * ${gaussian.by === "exp" ? "sigma" : "(1.0 / (1.0 + np.exp(-s_t)))"}`,
          padded("d_mu"),
          padded("d_s"),
        ];
  if (value === undefined) return action;
  return [
    ...action,
    "d_V_seen = np.zeros_like(V_seen)",
    'd_V_seen[:T, 0] += d.get("V", np.zeros(T))',
    'np.add.at(d_V_seen[:, 0], next_row[next_row >= 0], d.get("V_next", np.zeros(T))[next_row >= 0])',
  ];
}

/** Every layer's gradient from the top down; outputs that share a layer below add up there. */
function backwardLines({ outputs, hidden }: ForwardPass, specification: PolicySpecification): string[] {
  const lines: string[] = [];
  const reached = new Set<string>();
  const passDown = (delta: string, layer: Pick<HiddenLayer, "weights" | "bias" | "input">) => {
    lines.push(`gradient["${layer.weights}"] = ${delta}.T @ ${layer.input}`);
    if (layer.bias !== undefined) lines.push(`gradient["${layer.bias}"] = ${delta}.sum(0)`);
    if (layer.input === "observations") return;
    const sign = reached.has(layer.input) ? "+=" : "=";
    lines.push(`d_${layer.input} ${sign} ${delta} @ ${layer.weights}`);
    reached.add(layer.input);
  };
  for (const output of outputs) passDown(`d_${output.name}`, output);
  if (specification.gaussian?.sigma === "parameter") lines.push('gradient["s"] = d_s.sum(0)');
  for (const network of hidden) {
    for (const layer of network.toReversed()) {
      const { name, factor } = layer;
      const whole = wholeName(layer);
      const slope = specification.activation === "tanh" ? `(1.0 - ${whole}**2)` : `(${whole} > 0)`;
      lines.push(`d_${name} = d_${name} * ${slope}${factor === undefined ? "" : ` * ${factor}`}`);
      passDown(`d_${name}`, layer);
    }
  }
  return lines;
}
