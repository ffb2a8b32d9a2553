import { mathOf } from "../../../src/loss/math/math.ts";
import type {
  ColumnView,
  ComparisonView,
  LayerView,
  LossView,
  VerdictView,
} from "../../../src/protocol/views.ts";
import type { FakeLoss } from "./lossText.ts";
import type { FakeUpdate } from "./update.ts";

const number = (name: string, label: string, description: string): ColumnView => ({
  name,
  label,
  description,
  kind: "number",
});

const actions = ["left", "right"];
const observations = ["cart position", "cart velocity", "pole angle", "pole angular velocity"];

function outputColumns(group: string, symbol: string, description: string): ColumnView[] {
  return actions.map((name, k) => ({
    ...number(`${group}[${k}]`, `${symbol} ${name}`, `${description} ${name}`),
    group,
  }));
}

export function columnViews(loss: FakeLoss): readonly ColumnView[] {
  return [
    { name: "t", label: "t", description: "steps since the episode's start", kind: "integer" },
    { name: "action", label: "action", description: "the action taken", kind: "action" },
    { name: "reward", label: "reward", description: "the reward that followed", kind: "integer" },
    number("G", "G", "discounted return from here on"),
    number("gamma_t", "γᵗ", "the discount of the step itself"),
    number("log_pi", "log π", "log-probability of the action taken"),
    number("entropy", "entropy", "entropy of the policy here"),
    number("weight", "weight c", "with which ∇ log π entered the update"),
    number("term_policy", "ℓ policy", "the step's term −c·log π of the loss"),
    ...(loss.entropyWeight === 0
      ? []
      : [number("term_entropy", "ℓ entropy", "the step's term −β·H of the loss")]),
    ...outputColumns("dlogit", "∂L/∂z", "∂L/∂logit of"),
    number("size", "size", "norm of the step's own gradient"),
    { name: "share", label: "share", description: "part of the update that this step is", kind: "percent" },
    ...outputColumns("pi", "π", "the probability of"),
    ...observations.map((name, k) => ({
      ...number(`obs[${k}]`, name, `the observation's ${name}`),
      group: "obs",
    })),
  ];
}

export function lossView(text: string, loss: FakeLoss, update: FakeUpdate): LossView {
  const layers = update.layers.map(layerView);
  return {
    text,
    value: update.value,
    terms: [
      { text: "-(c * log_pi).sum()", sum: update.policySum, column: "term_policy" },
      ...(loss.entropyWeight === 0
        ? []
        : [{ text: "-beta * entropy.sum()", sum: update.entropySum, column: "term_entropy" }]),
    ],
    rest: null,
    notSeparable: null,
    verdict: verdictView(text, loss),
    layers,
    gradientNorm: Math.hypot(...layers.map(({ norm }) => norm)),
    columns: columnViews(loss),
  };
}

function layerView({ name, shape, gradient }: FakeUpdate["layers"][number]): LayerView {
  return {
    name,
    shape,
    norm: Math.hypot(...gradient),
    mean: gradient.reduce((total, value) => total + value, 0) / gradient.length,
    largest: gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
    histogram: histogram(gradient),
  };
}

function histogram(values: Float64Array): LayerView["histogram"] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const counts = new Array<number>(16).fill(0);
  for (const value of values) counts[Math.min(15, Math.floor(((value - low) / (high - low || 1)) * 16))]!++;
  return { low, high, counts };
}

export function comparison(before: FakeUpdate, after: FakeUpdate): ComparisonView {
  const pairs = before.layers.map((layer, i) => [layer, after.layers[i]!] as const);
  const all = (update: FakeUpdate) =>
    Float64Array.from(update.layers.flatMap(({ gradient }) => [...gradient]));
  return {
    layers: pairs.map(([a, b]) => ({ name: a.name, shape: a.shape, ...compared(a.gradient, b.gradient) })),
    total: compared(all(before), all(after)),
  };
}

function compared(before: Float64Array, after: Float64Array): ComparisonView["total"] {
  const dot = before.reduce((total, value, i) => total + value * after[i]!, 0);
  const norms = { before: Math.hypot(...before), after: Math.hypot(...after) };
  return {
    ...norms,
    ratio: norms.after / norms.before,
    cosine: dot / (norms.before * norms.after),
    histogramBefore: histogram(before),
    histogramAfter: histogram(after),
  };
}

function verdictView(text: string, loss: FakeLoss): VerdictView {
  const weight = loss.discounted ? "γᵗG" : "G";
  const base = {
    scale: loss.sign,
    residual: 2e-16,
    undecided: [],
    rule: `theta += alpha * ${loss.discounted ? "gamma^t * " : ""}G * grad(log_pi)`,
    math: mathOf(
      `theta ${loss.sign < 0 ? "-" : "+"}= alpha * ${loss.discounted ? "gamma^t * " : ""}G * grad(log_pi)`,
    ),
    written: null,
    notes: [{ title: "Where detach comes from", text: "What stands before ∇ is a number to the rule." }],
  };
  if (loss.sign < 0) {
    return {
      ...base,
      kind: "mistake",
      candidate: "reinforce",
      sentence: `Wrong sign: c = −1.000·${weight}, residual 2e−16. The update climbs down the return.`,
      explanation: "An optimiser lowers the loss; this one lowers the probability of actions that paid well.",
      fixes: [{ title: "Turn the sign", text: text.replace(/loss\s*=\s*/u, "loss = -") }],
    };
  }
  if (loss.discounted) {
    return {
      ...base,
      kind: "book",
      candidate: "reinforce",
      sentence: "REINFORCE (13.3): c = 1.000·γᵗG, residual 2e−16.",
      explanation: "",
      fixes: [],
    };
  }
  return {
    ...base,
    kind: "variant",
    candidate: "reinforce_without_discount",
    sentence:
      "REINFORCE without γᵗ: c = 1.000·G, residual 2e−16. The book's (13.3) has γᵗG; late steps weigh up to 12 times more here.",
    explanation:
      "Without γᵗ the update is no longer the gradient of the discounted return from the start; it treats late states as if they came first. Most code leaves it out, and it often learns faster.",
    fixes: [{ title: "Add γᵗ", text: text.replace("G.detach()", "gamma**t * G.detach()") }],
  };
}
