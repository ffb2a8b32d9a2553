import { candidateRules } from "../../diagnosis/candidates.ts";
import { UserError } from "../userError.ts";
import type { HeadWeights } from "./directRule.ts";
import { plainLogProbabilities } from "./directRule.ts";
import type { ProofProblem } from "./problem.ts";

/** A rule that a loss is said to be: the weights that it gives every step's heads, made without the loss. */
export interface StatedRule {
  readonly title: string;
  /** ∂L/∂heads of the loss that the rule descends, from the batch alone. */
  weights(problem: ProofProblem): HeadWeights;
}

/** A known rule by its id, as "reinforce" or "missing_gamma_t". Throws UserError for another name. */
export function knownRule(id: string): StatedRule {
  const candidate = candidateRules.find((rule) => rule.id === id);
  if (!candidate) {
    const known = candidateRules.map((rule) => rule.id).join(" ");
    throw new UserError("unknown_rule", `There is no known rule "${id}".`, `There are ${known}.`);
  }
  return {
    title: `${candidate.title}, c = ${candidate.symbol}`,
    weights: (problem) => {
      const { batch, gamma } = problem;
      const { steps, rewards, time } = batch;
      const chosenProbabilities = plainLogProbabilities(problem).map(Math.exp);
      const weights = candidate.weights({ steps, gamma, rewards, time, ends: batch, chosenProbabilities });
      return { logPi: weights.map((weight) => -weight) };
    },
  };
}
