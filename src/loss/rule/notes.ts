import type { OpenNumber } from "./meaning.ts";

/** One thing to know about a derived loss, in plain sentences. */
export interface DerivationNote {
  readonly id:
    | "sign"
    | "detach"
    | "value"
    | "step-size"
    | "vectors"
    | "steps"
    | "traces"
    | "adam"
    | "clipping"
    | "placeholders"
    | "open-numbers"
    | "read-as"
    | "half-square"
    | "score"
    | "expectation";
  readonly title: string;
  readonly text: string;
}

/** What notes are written from. */
export interface DerivationFacts {
  /** Whether anything is ascended, so that the loss has a minus sign. */
  readonly ascends: boolean;
  readonly targets: readonly { readonly target: string; readonly step: string | undefined }[];
  readonly weighs: boolean;
  /** Weights that depend on learned outputs, as text. */
  readonly learned: readonly string[];
  /** Whether the rule runs over steps. */
  readonly steps: boolean;
  readonly traces: readonly string[];
  readonly placeholders: readonly string[];
  /** g(x|θ), as it was written. */
  readonly functions: readonly string[];
  readonly open: readonly OpenNumber[];
  readonly readAs: ReadonlyMap<string, string>;
  /** Whether an expectation was read as the batch's average. */
  readonly averages: boolean;
  /** Whether a ∇π/π was read as ∇ln π. */
  readonly hasScore: boolean;
  /** Whether a value estimate is learned. */
  readonly values: boolean;
}

type Row = (facts: DerivationFacts) => DerivationNote | undefined;

const sign: Row = ({ ascends }) => ({
  id: "sign",
  title: "The sign",
  text: ascends
    ? "The rule adds to the parameters; an optimiser subtracts the gradient of the loss. Hence the minus sign."
    : "The rule descends, as an optimiser does: the loss has the sign of what is differentiated.",
});

const detach: Row = ({ weighs, learned }) => {
  if (!weighs) return undefined;
  const why =
    learned.length > 0
      ? `${learned.join(" and ")} ${learned.length > 1 ? "depend" : "depends"} on what is learned: without detach its own gradient would be added, and the update would be another rule.`
      : "Here the weights are made of data only, so detach changes no number; it says what is meant.";
  return {
    id: "detach",
    title: "Where detach comes from",
    text: `What stands before ∇ is a number to the rule, whatever it was computed from; detach says so to automatic differentiation. ${why}`,
  };
};

const value: Row = () => ({
  id: "value",
  title: "The value of the loss",
  text: "Only its gradient at the current parameters is the rule. The value means nothing: it may be negative, rise while the policy improves, or be 0, and losses of two updates cannot be compared.",
});

const stepSize: Row = ({ targets }) => {
  const named = targets.filter(({ step }) => step !== undefined);
  if (named.length === 0)
    return {
      id: "step-size",
      title: "The step size",
      text: "The rule names no step size; with a learning rate of 1 plain gradient descent on the loss is the rule.",
    };
  if (new Set(named.map(({ step }) => step)).size > 1) return undefined;
  return {
    id: "step-size",
    title: "The step size",
    text: `${named[0]!.step} is the learning rate of the optimiser and no part of the loss: plain SGD with this learning rate performs the rule.`,
  };
};

const vectors: Row = ({ targets }) => {
  if (targets.length < 2) return undefined;
  const groups = targets.map(({ target, step }) => `${target} with lr = ${step ?? "1"}`).join(", ");
  return {
    id: "vectors",
    title: "Several parameter vectors",
    text: `One loss serves all, because each part reaches its own parameters only: give the optimiser a parameter group for each (${groups}). Where the vectors share layers, the shared ones get the sum of both gradients, which the rule does not say.`,
  };
};

const traces: Row = (facts) => {
  if (facts.traces.length === 0) return undefined;
  const names = facts.traces.join(", ");
  return {
    id: "traces",
    title: "Eligibility traces",
    text: `A trace (${names}) is a sum of past gradients. With parameters held still over an episode the updates add up to the discounted sum of what follows each step, times that step's gradient: that is this loss, exact for the offline rule. Updated at every step, as the book has it, old gradients belong to old parameters: no loss of the steps alone has that update as its gradient, and it is met to first order in the step size. The algorithm actor-critic-traces makes it: its loss reads the trace that was carried here as z_theta and z_w.`,
  };
};

const steps: Row = (facts) =>
  facts.steps
    ? {
        id: "steps",
        title: "Step by step, or summed",
        text: "The rule is applied at every step in turn, each time at the newest parameters; the loss sums the steps and is descended once. The two agree to first order in the step size and differ by O(α²): halving α quarters the difference. Zero the gradient once an update, not once a step.",
      }
    : undefined;

const adam: Row = () => ({
  id: "adam",
  title: "Under Adam",
  text: "The equality is one of gradients. Plain SGD makes the rule's step of it; Adam, RMSProp and momentum rescale it by past gradients: the same gradient, another step. A constant factor in the loss all but cancels under Adam.",
});

const clipping: Row = () => ({
  id: "clipping",
  title: "Under clipping",
  text: "Clipping the gradient's norm shortens the step wherever the norm is above the bound, and weight decay adds a pull that the rule does not have.",
});

const placeholders: Row = (facts) => {
  if (facts.placeholders.length === 0) return undefined;
  const functions =
    facts.functions.length > 0
      ? ` ${facts.functions.join(", ")} is any differentiable function, given by its value at each step.`
      : "";
  return {
    id: "placeholders",
    title: "To be filled in",
    text: `${facts.placeholders.join(" and ")} ${facts.placeholders.length > 1 ? "stand" : "stands"} for what you put there.${functions} The general answer: the loss of θ ← θ + α C ∇g is −Σ detach(C)·g.`,
  };
};

const openNumbers: Row = ({ open }) =>
  open.length === 0
    ? undefined
    : {
        id: "open-numbers",
        title: "Numbers the rule leaves open",
        text: `${open.map(({ name, value }) => `${name} = ${value}`).join(", ")} ${open.length > 1 ? "are" : "is"} written for you; change ${open.length > 1 ? "them" : "it"}.`,
      };

const readAs: Row = (facts) => {
  const words = [...facts.readAs].map(
    ([name, meant]) =>
      `${name} as ${meant === "G" ? "the return G" : meant === "r" ? "the reward r" : meant}`,
  );
  return words.length === 0
    ? undefined
    : { id: "read-as", title: "How names were read", text: `${words.join(", ")}.` };
};

const halfSquare: Row = ({ values }) =>
  values
    ? {
        id: "half-square",
        title: "The value's part",
        text: "−Σ detach(δ)·V has the gradient of ½ Σ δ² with the target held constant: half a mean squared error's, summed.",
      }
    : undefined;

const score: Row = ({ hasScore }) =>
  hasScore
    ? {
        id: "score",
        title: "∇π/π is ∇ln π",
        text: "The chain rule gives ∇ln π = ∇π/π. The loss is written with ln π, which stays a number where π vanishes.",
      }
    : undefined;

const expectation: Row = ({ averages }) =>
  averages
    ? {
        id: "expectation",
        title: "The expectation",
        text: "A batch cannot hold E itself: it is estimated by the average, over the episodes where a sum over the steps stands inside, else over the steps. The states and actions must be drawn by the policy whose gradient is taken.",
      }
    : undefined;

const ROWS: readonly Row[] = [
  sign,
  score,
  expectation,
  detach,
  value,
  stepSize,
  vectors,
  traces,
  placeholders,
  openNumbers,
  readAs,
  halfSquare,
  steps,
  adam,
  clipping,
];

/** What to know about a derived loss, in the order of how much it matters. */
export function derivationNotes(facts: DerivationFacts): DerivationNote[] {
  return ROWS.flatMap((row) => row(facts) ?? []);
}
