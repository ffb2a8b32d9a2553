import { findAlgorithm } from "../../algorithms/registry.ts";
import { type CandidateRule, candidateRules } from "../../diagnosis/candidates.ts";
import { deriveLoss, isRule } from "../../loss/derive.ts";
import type { HeadAdjoints } from "../../policies/heads.ts";
import { KernelsBackend } from "../../policies/kernels.ts";
import { nearestName } from "../../protocol/choice.ts";
import { evaluateToInspect, headAdjoints, readLossText } from "../lossOnBatch.ts";
import { UserError } from "../userError.ts";
import { plainLogProbabilities, plainValues } from "./directRule.ts";
import { type ProofProblem, seenObservations } from "./problem.ts";

/** A rule that a loss is said to be: the weights that it gives every step's heads, made without that loss. */
export interface StatedRule {
  readonly title: string;
  /** ∂L/∂heads of a loss that the rule descends, from the batch alone. Throws UserError where it cannot be applied to it. */
  weights(problem: ProofProblem): HeadAdjoints;
}

/**
 * A rule as it is written ("theta += alpha * gamma^t * G * grad(log_pi)", the book's spelling too), or by the id of a known
 * rule or of an algorithm. Throws UserError for another text.
 */
export function statedRule(text: string): StatedRule {
  const id = text.trim();
  if (isRule(text)) return writtenRule(text);
  const candidate = candidateRules.find((rule) => rule.id === id);
  if (candidate) return knownRule(candidate);
  const algorithm = findAlgorithm(id);
  if (algorithm.ok) return writtenRule(algorithm.record.rule);
  const nearest = nearestName(
    text,
    candidateRules.map((rule) => rule.id),
  );
  const offer = nearest === undefined ? "" : `Did you mean ${nearest}? `;
  const example = `${offer}A rule is written as theta += alpha * gamma^t * G * grad(log_pi).`;
  throw new UserError("unknown_rule", `"${text}" is no update rule and no known one.`, example);
}

function writtenRule(text: string): StatedRule {
  const derived = deriveLoss(text);
  if (!derived.ok) {
    const [first] = derived.diagnostics;
    throw new UserError("unknown_rule", `The rule cannot be read: ${first?.message}.`, first?.hint);
  }
  if (derived.placeholders.length > 0) {
    const names = derived.placeholders.join(", ");
    throw new UserError("unknown_rule", `The rule leaves ${names} open.`, "Write what it stands for.");
  }
  return {
    title: derived.rule.replaceAll("\n", "; "),
    weights: (problem) => weightsOfLoss(problem, derived.loss),
  };
}

/** ∂L/∂heads of the loss that a rule was turned into. */
function weightsOfLoss({ batch, theta, specification, gamma, learningRate }: ProofProblem, text: string) {
  const read = readLossText(text, specification, batch.rows !== undefined);
  const backend = new KernelsBackend(specification);
  backend.setTheta(theta);
  const heads = backend.forward(seenObservations(batch), batch.actions, batch.steps, batch);
  const source = { batch, heads, specification, gamma, learningRate };
  const evaluation = read.ok ? evaluateToInspect(read.compiled, source) : read;
  if (evaluation.ok) return headAdjoints(evaluation.evaluation);
  const [first] = evaluation.diagnostics;
  throw new UserError("unknown_rule", `The rule cannot be applied here: ${first?.message}.`, first?.hint);
}

function knownRule(candidate: CandidateRule): StatedRule {
  return {
    title: `${candidate.title}, c = ${candidate.symbol}`,
    weights: (problem) => {
      const { batch, gamma } = problem;
      const { steps, rewards, time } = batch;
      const chosenProbabilities = plainLogProbabilities(problem).map(Math.exp);
      const values = plainValues(problem);
      const input = { steps, gamma, rewards, time, ends: batch, chosenProbabilities, ...values };
      const weights = candidate.weights(input);
      if (weights) return { logProbabilities: weights.map((weight) => -weight) };
      throw new UserError(
        "unknown_rule",
        `This policy has no value estimate, and ${candidate.id} needs one.`,
      );
    },
  };
}
