import { deriveLoss } from "../src/loss/derive.ts";
import { compileLoss } from "../src/loss/evaluate.ts";
import { explainLoss } from "../src/loss/explain.ts";
import { headNames, offeredSymbols } from "../src/loss/names.ts";
import { parseLoss } from "../src/loss/parse.ts";
import type { Tensor } from "../src/loss/tensor.ts";
import { scalar, vector } from "../src/loss/tensor.ts";

const LOSSES: Readonly<Record<string, string>> = {
  "REINFORCE 13.3": "G = discounted_returns(r, gamma)\nloss = -(gamma**t * G.detach() * log_pi).sum()",
  "without gamma^t": "G = discounted_returns(r, gamma)\nloss = -(G * log_pi).sum()",
  normalised:
    "G = discounted_returns(r, gamma)\nw = (G - G.mean()) / (G.std() + 1e-8)\nloss = -(w * log_pi).sum()",
};

/** Columns of an episode of `steps` steps, made of plain formulas. */
function episode(steps: number): Map<string, Tensor> {
  const column = (formula: (t: number) => number) =>
    vector(Array.from({ length: steps }, (_, t) => formula(t)));
  const none: Tensor = { ...column(() => 0), boolean: true };
  return new Map([
    ["r", column(() => 1)],
    ["t", column((t) => t)],
    ["log_pi", column((t) => -0.7 + 0.1 * Math.sin(t))],
    ["terminated", none],
    ["truncated", none],
    ["gamma", scalar(0.99)],
  ]);
}

/** Microseconds per call of value and gradient, after warming up. */
function measure(text: string, lengths: readonly number[]): number {
  const { program } = parseLoss(text);
  const { compiled } = compileLoss(program!, offeredSymbols(), { differentiable: headNames() });
  const episodes = lengths.map(episode);
  const calls = 20_000;
  let check = 0;
  const run = () => {
    for (let call = 0; call < calls; call++) {
      const evaluation = compiled!.evaluate(episodes[call % episodes.length]!, { keep: "leaves" });
      if (evaluation.ok) check += evaluation.adjoint("log_pi")![0]!;
    }
  };
  run();
  const start = performance.now();
  run();
  if (!Number.isFinite(check)) throw new Error("the gradient is not finite");
  return (1000 * (performance.now() - start)) / calls;
}

for (const [name, text] of Object.entries(LOSSES)) {
  for (const lengths of [[20], [200], [500], Array.from({ length: 490 }, (_, index) => 11 + index)]) {
    const shown =
      lengths.length === 1 ? `T = ${lengths[0]}` : `T = ${lengths[0]}…${lengths.at(-1)}, changing`;
    console.log(`${name}, ${shown}: ${measure(text, lengths).toFixed(2)} µs`);
  }
}

const start = performance.now();
for (let call = 0; call < 1000; call++) {
  const { program } = parseLoss(LOSSES.normalised!);
  compileLoss(program!, offeredSymbols());
}
console.log(`parse and compile three lines: ${(performance.now() - start).toFixed(2)} µs`);

/** Sixty lines: PPO with a value and an entropy term, and two dozen named intermediate values. */
function longProgram(): string {
  const head = [
    "ratio = exp(log_pi - log_pi_old)",
    "G = discounted_returns(r, gamma)",
    "w0 = (G - G.mean()) / (G.std() + 1e-8)",
  ];
  const middle = Array.from({ length: 54 }, (_, i) => `w${i + 1} = w${i} * 0.99 + ${i % 7} * gamma**t * adv`);
  const tail = [
    "policy = -min(ratio * w54, clamp(ratio, 0.8, 1.2) * w54).mean()",
    "value = 0.5 * mse_loss(V, G)",
    "loss = policy + value - 0.01 * entropy.mean()",
  ];
  return [...head, ...middle, ...tail].join("\n");
}

/** Milliseconds of the middle one of many calls. */
function medianOf(work: () => unknown): number {
  const times = Array.from({ length: 200 }, () => {
    const before = performance.now();
    work();
    return performance.now() - before;
  });
  return times.sort((a, b) => a - b)[100]!;
}

const program = longProgram();
const shapes = medianOf(() => compileLoss(parseLoss(program).program!, offeredSymbols()));
const explained = medianOf(() => explainLoss(program));
const derived = medianOf(() => deriveLoss("θ ← θ + α γ^t G ∇ln π(A|S,θ)"));
const lines = program.split("\n").length;
console.log(
  `parse and shapes of ${lines} lines: ${shapes.toFixed(3)} ms; with the rule explained: ${explained.toFixed(3)} ms (aim 2 ms)`,
);
console.log(`a rule turned into its loss: ${derived.toFixed(3)} ms`);
