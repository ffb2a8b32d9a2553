import { type CandidateRule, candidateRules } from "../../diagnosis/candidates.ts";
import { nearestName } from "../../protocol/choice.ts";
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

/** A rule by the id of a known one, as "reinforce" or "missing_gamma_t". Throws UserError for another text. */
export function statedRule(text: string): StatedRule {
  const candidate = candidateRules.find((rule) => rule.id === text.trim());
  if (candidate) return knownRule(candidate);
  const ids = candidateRules.map((rule) => rule.id);
  const nearest = nearestName(text, ids);
  const offer = nearest === undefined ? `There are ${ids.join(", ")}.` : `Did you mean ${nearest}?`;
  throw new UserError("unknown_rule", `There is no known rule "${text}".`, offer);
}

function knownRule(candidate: CandidateRule): StatedRule {
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
