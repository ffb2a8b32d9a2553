import type { PolicySpecification } from "../../policies/policy.ts";
import type { ScriptFacts } from "./facts.ts";
import { forwardPass } from "./forward.ts";

/** A script that makes an update again in PyTorch and prints its numbers beside the recorded ones. */
export function pytorchScript(facts: ScriptFacts, specification: PolicySpecification): string {
  const { lines } = forwardPass(specification, {
    activation: (kind, x) => `torch.${kind}(${x})`,
  });
  const names = facts.parameterNames.join(", ");
  return `"""${facts.title}

Run it with PyTorch: it makes the policy and the batch again, computes the loss and its gradient, and prints them beside
what the trainer recorded. Exit 0 where everything agrees to 1e-9.
"""

import base64
import math
import sys

${facts.loss}


def numbers(text, shape):
    """float64 numbers out of base64, every bit of them."""
    data = bytearray(base64.b64decode("".join(text.split())))
    return torch.frombuffer(data, dtype=torch.float64).reshape(shape).clone() if data else torch.zeros(shape, dtype=torch.float64)


# The policy's parameters before the update.
${facts.parameters.join("\n")}
parameters = dict(${facts.parameterNames.map((name) => `${name}=${name}`).join(", ")})
for parameter in parameters.values():
    parameter.requires_grad_()

# The batch.
${facts.data.join("\n")}
terminated, truncated = terminated != 0, truncated != 0
done = terminated | truncated

# What the trainer recorded.
${facts.recorded.join("\n")}

${facts.dropout.join("\n")}
# The policy: ${names}.
${lines.join("\n")}
${headLines(specification).join("\n")}
log_pi_old = log_pi.detach()
${facts.traces.flatMap(traceLines).join("\n")}
${[...recordedLines(specification), ...facts.columns].join("\n")}

loss = policy_loss(${facts.arguments.join(", ")})
if loss.requires_grad:
    loss.backward()

worst = 0.0


def beside(name, ours, recorded):
    """Prints a number's norm here and as recorded, and by how much they differ relative to the recorded one."""
    global worst
    scale = max(float(torch.linalg.vector_norm(recorded)), 1e-9)
    difference = float(torch.linalg.vector_norm(ours - recorded)) / scale if bool((ours != recorded).any()) else 0.0
    worst = max(worst, difference)
    print(f"{name:>16}  {float(torch.linalg.vector_norm(ours)):.15g}  {float(torch.linalg.vector_norm(recorded)):.15g}  {difference:.1e}")


print(f"{'':>16}  here, recorded, relative difference")
beside("|loss|", loss.detach(), torch.tensor(recorded_loss, dtype=torch.float64))
beside("|log_pi|", log_pi.detach(), recorded_log_pi)
for name, parameter in parameters.items():
    gradient = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
    beside(f"|dL/d{name}|", gradient, recorded_gradient[name])
sys.exit(0 if worst <= 1e-9 else 1)
`;
}

/** Names of the loss language from the policy's outputs. */
function headLines({ gaussian, value }: PolicySpecification): string[] {
  const action =
    gaussian === undefined
      ? [
          "a = a.long()",
          "logits = logits[:T]",
          "pi = torch.softmax(logits, 1)",
          "log_pi = torch.log_softmax(logits, 1).gather(1, a.unsqueeze(1)).squeeze(1)",
          "entropy = -(pi * torch.log_softmax(logits, 1)).sum(1)",
        ]
      : [
          "mu = mu[:T]",
          `sigma = ${gaussian.by === "exp" ? "torch.exp(s)" : "torch.nn.functional.softplus(s, threshold=1000)"}`,
          gaussian.sigma === "network" ? "sigma = sigma[:T]" : "sigma = sigma.expand(T, -1)",
          "log_pi = (-0.5 * ((a - mu) / sigma) ** 2 - torch.log(sigma) - 0.5 * math.log(2 * math.pi)).sum(1)",
          "entropy = (0.5 + 0.5 * math.log(2 * math.pi) + torch.log(sigma)).sum(1)",
        ];
  if (value === undefined) return action;
  return [
    ...action,
    "V_seen = V_seen.squeeze(1)",
    "V = V_seen[:T]",
    "next_row = next_row.long()",
    "V_next = torch.where(next_row < 0, torch.zeros_like(V), V_seen[next_row.clamp(min=0)])",
  ];
}

/** A trace is a linear function of the parameters: its gradient is what earlier steps left. */
function traceLines({ name, lines }: ScriptFacts["traces"][number]): string[] {
  const along = `((parameter - parameter.detach()) * ${name}_gradient[name]).sum()`;
  return [
    "",
    "# What the steps before left in the eligibility trace, as a function of the parameters.",
    ...lines,
    `${name} = (${name}_value + sum(${along} for name, parameter in parameters.items())).expand(T)`,
  ];
}

function recordedLines({ value }: PolicySpecification): string[] {
  const returns = [
    "G_recorded = r.clone()",
    "for row in reversed(range(T - 1)):",
    "    if not done[row]:",
    "        G_recorded[row] += gamma * G_recorded[row + 1]",
  ];
  return value === undefined ? returns : [...returns, "V_recorded = V.detach()"];
}
