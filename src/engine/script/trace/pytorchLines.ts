import type { TraceFacts } from "./traceFacts.ts";

/** How a library writes what a script of a recorded update needs. */
export interface Dialect {
  readonly library: string;
  readonly imports: readonly string[];
  readonly numbers: string;
  readonly beside: string;
  /** What makes vectors something that a gradient is asked of. */
  readonly leaves: (names: readonly string[]) => readonly string[];
  readonly categorical: { readonly logProb: readonly string[]; readonly entropy: readonly string[] };
  readonly gaussian: { readonly logProb: readonly string[]; readonly entropy: readonly string[] };
  readonly stack: (list: string) => string;
  readonly exp: (x: string) => string;
  readonly clip: (x: string, low: string, high: string) => string;
  readonly least: (x: string, y: string) => string;
  readonly most: (x: string, y: string) => string;
  /** The value without its gradient. */
  readonly held: (x: string) => string;
}

export const pytorchDialect: Dialect = {
  library: "PyTorch",
  imports: ["import base64", "import math", "import sys", "", "import torch"],
  numbers: `def numbers(text, shape):
    """float64 numbers out of base64, every bit of them."""
    data = bytearray(base64.b64decode("".join(text.split())))
    return torch.frombuffer(data, dtype=torch.float64).reshape(shape).clone()`,
  beside: `worst = [0.0]


def beside(name, ours, recorded, size=0.0):
    """Prints a number's norm here and as recorded, and by how much they differ relative to the recorded one."""
    ours, recorded = torch.as_tensor(ours, dtype=torch.float64).detach(), torch.as_tensor(recorded, dtype=torch.float64)
    norm = lambda x: float(torch.linalg.vector_norm(x))
    difference = norm(ours - recorded) / max(norm(recorded), size, 1e-9)
    worst[0] = max(worst[0], difference)
    print(f"{'|' + name + '|':>16}  {norm(ours):.15g}  {norm(recorded):.15g}  {difference:.1e}")`,
  leaves: (names) =>
    names.flatMap((name) => [
      `${name}.requires_grad_()`,
      ...(name === "V" ? ["V_held = V.detach().clone()"] : []),
    ]),
  categorical: {
    logProb: [
      "logits.requires_grad_()",
      "log_softmax = torch.log_softmax(logits, 1)",
      "log_pi = log_softmax[torch.arange(T), a]",
    ],
    entropy: ["entropy = -(log_softmax.exp() * log_softmax).sum(1)"],
  },
  gaussian: {
    logProb: [
      "mu.requires_grad_()",
      "log_sigma.requires_grad_()",
      "log_pi = (-0.5 * ((a - mu) / log_sigma.exp()) ** 2 - log_sigma - 0.5 * math.log(2 * math.pi)).sum(1)",
    ],
    entropy: ["entropy = (0.5 + 0.5 * math.log(2 * math.pi) + log_sigma).sum(1)"],
  },
  stack: (list) => `torch.tensor(${list}, dtype=torch.float64)`,
  exp: (x) => `torch.exp(${x})`,
  clip: (x, low, high) => `torch.clamp(${x}, ${low}, ${high})`,
  least: (x, y) => `torch.min(${x}, ${y})`,
  most: (x, y) => `torch.max(${x}, ${y})`,
  held: (x) => `${x}.detach()`,
};

/** ∂L/∂ of everything that is compared, by autograd; what the loss does not reach has gradient 0. */
export function pytorchBackward({ outputs, valueTerm }: TraceFacts): readonly string[] {
  const leaves =
    outputs === undefined ? [] : outputs.kind === "categorical" ? ["logits"] : ["mu", "log_sigma"];
  const asked = [...leaves, ...(valueTerm ? ["V"] : [])];
  const zero = (name: string) => `d_${name} = torch.zeros_like(${name}) if d_${name} is None else d_${name}`;
  return [
    "# Backward.",
    "(d_log_pi,) = torch.autograd.grad(policy_loss, [log_pi], retain_graph=True)",
    ...(asked.length === 0
      ? []
      : [
          `${asked.map((name) => `d_${name}`).join(", ")}${asked.length === 1 ? "," : ""} = torch.autograd.grad(loss, [${asked.join(", ")}], allow_unused=True)`,
          ...asked.map(zero),
        ]),
  ];
}
