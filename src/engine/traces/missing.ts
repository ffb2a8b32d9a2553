import type { MissingView } from "../../protocol/traceUpdateFacts.ts";
import type { TraceColumnView } from "../../protocol/traceViews.ts";
import {
  type StepColumnName,
  stepColumnNames,
  type Trace,
  type VectorName,
  vectorNames,
} from "../../runs/trace/trace.ts";
import type { FrozenTrace } from "./frozenTrace.ts";

interface Wish {
  readonly name: string;
  readonly allows: string;
  readonly isThere: (trace: Trace) => boolean;
}

const inSteps = ({ steps }: Trace, ...names: StepColumnName[]) =>
  names.some((name) => steps.columns[name].given > 0);
const inUpdates = ({ updates }: Trace, ...names: VectorName[]) =>
  updates.some(({ vectors }) => names.some((name) => vectors.has(name)));
const hasCritic = (trace: Trace) => inSteps(trace, "value") || inUpdates(trace, "value");
const isScalarGiven = ({ updates }: Trace, name: "loss" | "grad_norm" | "gamma") =>
  updates.some(({ scalars }) => scalars.has(name));

/** What a diagnosis is made from, in the order of how much it decides. */
const wishes: readonly Wish[] = [
  {
    name: "updates",
    allows: "anything to be said of the update at all: call rec.update(…) before loss.backward()",
    isThere: ({ updates }) => updates.length > 0,
  },
  {
    name: "log_prob of the update, with its gradient",
    allows: "the weight c of every step to be read: sign, γᵗ, returns, baseline, sum or mean",
    isThere: (trace) => inUpdates(trace, "coef", "logits_grad", "mu_grad"),
  },
  {
    name: "logits, or mu and log_sigma",
    allows: "log-probabilities and entropies to be recomputed and held against yours",
    isThere: (trace) => inSteps(trace, "logits", "mu") || inUpdates(trace, "logits", "mu"),
  },
  {
    name: "log_prob of the step",
    allows: "stale and recomputed log-probabilities, and the ratio, to be told apart",
    isThere: (trace) => inSteps(trace, "log_prob") || inUpdates(trace, "log_prob"),
  },
  {
    name: "loss",
    allows: "the loss to be recomputed from its parts",
    isThere: (trace) => isScalarGiven(trace, "loss"),
  },
  {
    name: "entropy of the update",
    allows: "the entropy bonus, its sign and its weight to be read",
    isThere: (trace) => inUpdates(trace, "entropy", "entropy_coef"),
  },
  {
    name: "value of the update, with its gradient",
    allows: "the critic's loss and its target to be read",
    isThere: (trace) => !hasCritic(trace) || inUpdates(trace, "value_grad"),
  },
  {
    name: "final_value, or last_value of a rollout",
    allows: "bootstrapping after a time limit to be checked",
    isThere: (trace) => !hasCritic(trace) || inSteps(trace, "final_value"),
  },
  {
    name: "params",
    allows: "gradients left over from the update before (a missing zero_grad) to be seen",
    isThere: (trace) => isScalarGiven(trace, "grad_norm"),
  },
  {
    name: "gamma",
    allows: "returns to be discounted as yours were; 1 is assumed or it is fitted",
    isThere: (trace) => typeof trace.header?.gamma === "number" || isScalarGiven(trace, "gamma"),
  },
  {
    name: "environment",
    allows: "rewards and ends of episodes to be checked by replay, where the environment is built in",
    isThere: ({ header }) => typeof header?.environment === "string",
  },
  {
    name: "source",
    allows: "findings to stand on the line of your own script",
    isThere: ({ updates }) => updates.some(({ source }) => source !== undefined),
  },
];

/** What the trace does not hold, and what each would allow. */
export function missingIn(trace: Trace): readonly MissingView[] {
  return wishes.filter(({ isThere }) => !isThere(trace)).map(({ name, allows }) => ({ name, allows }));
}

interface UpdateWish {
  readonly name: string;
  readonly allows: string;
  readonly isThere: (update: FrozenTrace) => boolean;
}

/** What the step table and the charts of one update are made from. */
const updateWishes: readonly UpdateWish[] = [
  {
    name: "log_prob of the update, with its gradient",
    allows: "the weight c with which every step entered the update",
    isThere: ({ gradients }) => gradients.logPi !== undefined,
  },
  {
    name: "logits, or mu and log_sigma",
    allows: "∂L/∂output of every step, of your loss and of an edited one",
    isThere: ({ known, isAnotherPolicy }) => known.has("outputs") || isAnotherPolicy,
  },
  {
    name: "logits of the policy that log_prob is of",
    allows: "∂L/∂output of every step: those recorded are another policy's, so they are left out",
    isThere: ({ isAnotherPolicy }) => !isAnotherPolicy,
  },
  {
    name: "log_prob",
    allows: "ln π of every step, which a loss needs",
    isThere: ({ known }) => known.has("log_pi"),
  },
  {
    name: "entropy",
    allows: "the entropy at every step",
    isThere: ({ known }) => known.has("entropy"),
  },
  {
    name: "loss",
    allows: "your loss's value beside that of an edited one",
    isThere: ({ value }) => value !== undefined,
  },
  {
    name: "obs",
    allows: "the observation at every step, and the step drawn where the environment is built in",
    isThere: ({ batch }) => batch.observationSize > 0,
  },
];

/** What one update does not hold, and what each would show. */
export function missingInUpdate(update: FrozenTrace): readonly MissingView[] {
  return updateWishes.filter(({ isThere }) => !isThere(update)).map(({ name, allows }) => ({ name, allows }));
}

/** The quantities that the trace holds, and how often. */
export function columnsIn(trace: Trace): readonly TraceColumnView[] {
  const { steps, updates } = trace;
  const ofSteps = ["reward", ...stepColumnNames].map((name) => {
    const column = name === "reward" ? undefined : steps.columns[name as StepColumnName];
    return { name, holder: "steps", given: column?.given ?? steps.count, of: steps.count } as const;
  });
  const ofUpdates = vectorNames.map((name) => {
    const given = updates.filter(({ vectors }) => vectors.has(name)).length;
    return { name, holder: "updates", given, of: updates.length } as const;
  });
  return [...ofSteps, ...ofUpdates].filter(({ given }) => given > 0);
}
