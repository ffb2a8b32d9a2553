import { type CandidateRule, candidateRules } from "../../diagnosis/candidates.ts";
import type { HeadAdjoints } from "../../policies/heads.ts";
import { nearestName } from "../../protocol/choice.ts";
import { UserError } from "../userError.ts";
import { plainLogProbabilities, plainValues } from "./directRule.ts";
import type { ProofProblem } from "./problem.ts";

/** A rule that a loss is said to be: the weights that it gives every step's heads, made without the loss. */
export interface StatedRule {
  readonly title: string;
  /** ∂L/∂heads of the loss that the rule descends, from the batch alone. */
  weights(problem: ProofProblem): HeadAdjoints;
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
      const input = {
        steps,
        gamma,
        rewards,
        time,
        ends: batch,
        chosenProbabilities,
        ...plainValues(problem),
      };
      const weights = candidate.weights(input);
      if (weights) return { logProbabilities: weights.map((weight) => -weight) };
      throw new UserError(
        "unknown_rule",
        `This policy has no value estimate, and ${candidate.id} needs one.`,
      );
    },
  };
}
