import type { HeldNames } from "../lossOnBatch.ts";
import type { FrozenTrace } from "./frozenTrace.ts";
import type { HeadName } from "./recordedHeads.ts";

/** Names that every trace has numbers for, and those of a head that it may hold. */
const always = ["t", "r", "a", "gamma", "T", "N", "terminated", "truncated", "done", "G_recorded"];
const ofHeads: Readonly<Record<HeadName, readonly string[]>> = {
  log_pi: ["log_pi", "log_pi_old"],
  entropy: ["entropy"],
  outputs: [],
  V: ["V", "V_recorded"],
  V_next: ["V_next"],
};

/** What to record for a name of the loss language. */
const wishes: Readonly<Record<string, string>> = {
  log_pi: "log_prob of the step or of the update, or logits",
  log_pi_old: "log_prob of the step",
  entropy: "entropy of the update, or logits",
  logits: "logits of the step",
  pi: "logits of the step",
  mu: "mu and log_sigma of the step",
  sigma: "mu and log_sigma of the step",
  V: "value of the step",
  V_recorded: "value of the step",
  V_next: "value of the step, and final_value where an episode is cut; the steps of a minibatch have none",
  adv: "advantages of the update",
  alpha: "learning_rate of the update",
  c_recorded: "log_prob of the update, with its gradient",
};

/** The names of the loss language that an update of a trace has numbers for. */
export function heldNames({ batch, heads, known, learningRate }: FrozenTrace): HeldNames {
  const names = [
    ...always,
    ...[...known].flatMap((head) => ofHeads[head]),
    ...(heads.logits === undefined ? [] : ["logits", "pi"]),
    ...(heads.mu === undefined ? [] : ["mu", "sigma"]),
    ...Object.keys(batch.recorded ?? {}),
    ...(Number.isNaN(learningRate) ? [] : ["alpha"]),
  ];
  return {
    names: [...new Set(names)],
    why: (name) => {
      const wish = wishes[name];
      return `the trace does not hold ${name} for this update${wish === undefined ? "" : `; record ${wish}`}`;
    },
  };
}
