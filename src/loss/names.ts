import { type SymbolicShape, symbolicSize } from "./shapes.ts";

/** A name that a loss may use, with what is known of its value before there is one. */
export interface LossSymbol {
  readonly name: string;
  readonly shape: SymbolicShape;
  /** True and false rather than numbers. */
  readonly boolean?: boolean;
  /** A hyperparameter: a plain number, not a tensor of shape []. */
  readonly number?: boolean;
}

export type LossSymbols = ReadonlyMap<string, LossSymbol>;

/** Data are constants of an update; heads are outputs of the policy, and gradient flows into them. */
export type NameKind = "data" | "head";

export interface OfferedName extends LossSymbol {
  readonly kind: NameKind;
  readonly doc: string;
}

const T = symbolicSize("T");
const K = symbolicSize("K");
const COLUMN: SymbolicShape = [T];
const TABLE: SymbolicShape = [T, K];
const NUMBER: SymbolicShape = [];

function column(name: string, doc: string): OfferedName {
  return { name, kind: "data", shape: COLUMN, doc };
}

function flag(name: string, doc: string): OfferedName {
  return { name, kind: "data", shape: COLUMN, boolean: true, doc };
}

function number(name: string, doc: string): OfferedName {
  return { name, kind: "data", shape: NUMBER, number: true, doc };
}

function head(name: string, shape: SymbolicShape, doc: string): OfferedName {
  return { name, kind: "head", shape, doc };
}

/** Everything a loss may name without defining it. T is the number of steps, K that of actions or action dimensions. */
export const OFFERED_NAMES: readonly OfferedName[] = [
  column("t", "Steps since the episode's start: 0, 1, 2, …"),
  column("r", "The reward that followed each step's action."),
  column("G_recorded", "The return that the trace recorded."),
  column("V_recorded", "The value estimate that the trace recorded."),
  column("log_pi_old", "ln π(a|s) at the time the action was drawn."),
  column("c_recorded", "The weight c of ∇ln π as a trace has it, −∂L/∂ln π; only on an update of a trace."),
  column("adv", "The advantage that was recorded or computed before the update."),
  column("a", "The action taken: its index, counted from 0."),
  flag("terminated", "Whether the environment ended the episode at this step."),
  flag("truncated", "Whether a time limit cut the episode at this step."),
  flag("done", "terminated or truncated."),
  number("gamma", "The discount γ."),
  number("alpha", "The learning rate α."),
  number("T", "The number of steps in the batch."),
  number("N", "The number of episodes in the batch."),
  head("log_pi", COLUMN, "ln π(a|s) of the action taken, under the current parameters."),
  head("entropy", COLUMN, "The entropy of π(·|s) at each step."),
  head("logits", TABLE, "The policy's outputs before softmax."),
  head("pi", TABLE, "The probability of every action."),
  head("mu", TABLE, "The mean of a Gaussian policy."),
  head("sigma", TABLE, "The standard deviation of a Gaussian policy."),
  head("V", COLUMN, "The value estimate of each step's state."),
  head("V_next", COLUMN, "The value estimate of the state after each step."),
  head(
    "z_theta",
    COLUMN,
    "The policy's eligibility trace before a step; what the statement z_theta is, the next step finds here.",
  ),
  head(
    "z_w",
    COLUMN,
    "The value estimate's eligibility trace before a step; what the statement z_w is, the next step finds here.",
  ),
];

const CONTINUOUS_ACTION: OfferedName = {
  name: "a",
  kind: "data",
  shape: TABLE,
  doc: "The action taken: one number per dimension, as it was drawn.",
};

/** Other spellings of offered names, in the order in which they are tried. */
const ALIASES: ReadonlyMap<string, readonly string[]> = new Map([
  ...spellings(["adv"], "A advantage advantages advs adv_t"),
  ...spellings(
    ["log_pi"],
    "log_probs log_prob logp logps logprob logprobs logpi lnpi ln_pi logpac log_pi_t new_log_probs newlogprob",
  ),
  ...spellings(["G", "G_recorded"], "returns return_ ret rets R Gt G_t discounted_rewards"),
  ...spellings(["V", "V_recorded"], "values value state_values vals V_t v newvalue"),
  ...spellings(["r"], "rewards reward rews R_t r_t"),
  ...spellings(
    ["log_pi_old"],
    "old_log_probs log_probs_old logp_old old_logp old_log_prob log_prob_old old_logprobs b_logprobs logpi_old log_pold",
  ),
  ...spellings(["V_next"], "next_values next_value values_next next_V"),
  ...spellings(["a"], "actions action acts act a_t"),
  ...spellings(["done"], "dones is_done"),
  ...spellings(["terminated"], "terminations terminal terminals terms"),
  ...spellings(["truncated"], "truncations truncs"),
  ...spellings(["t"], "timesteps timestep time"),
  ...spellings(["gamma"], "discount discount_factor"),
  ...spellings(["alpha"], "lr learning_rate step_size"),
  ...spellings(["entropy"], "H entropies ent dist_entropy"),
  ...spellings(["pi"], "probs prob probabilities action_probs"),
  ...spellings(["logits"], "z scores"),
  ...spellings(["mu"], "loc"),
  ...spellings(["sigma"], "scale"),
  ...spellings(["eps"], "epsilon clip_epsilon clip_coef eps_clip clip_ratio"),
]);

function spellings(targets: readonly string[], words: string): [string, readonly string[]][] {
  return words.split(" ").map((word) => [word, targets]);
}

/** The offered names that `name` is another spelling of; empty where it is none. */
export function aliasTargets(name: string): readonly string[] {
  return ALIASES.get(name) ?? [];
}

/** All offered names by name, as symbols to compile with. Continuous actions are a row of numbers per step, [T, K]. */
export function offeredSymbols(actions: "discrete" | "continuous" = "discrete"): Map<string, OfferedName> {
  const symbols = new Map(OFFERED_NAMES.map((offered) => [offered.name, offered]));
  if (actions === "continuous") symbols.set("a", CONTINUOUS_ACTION);
  return symbols;
}

/** Traces of an update at every step: a statement of the name says what the next step finds there. */
export const traceNames: readonly string[] = ["z_theta", "z_w"];

/** The names of the heads, into which gradient flows. */
export function headNames(): Set<string> {
  return new Set(OFFERED_NAMES.filter((offered) => offered.kind === "head").map((offered) => offered.name));
}
