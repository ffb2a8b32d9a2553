import { type Explanation, explainLoss } from "../../loss/explain.ts";
import { offeredSymbols } from "../../loss/names.ts";
import type { PolicySpecification } from "../../policies/policy.ts";

/** The rule that descent on a loss performs for a policy, as formulas. */
export function ruleOfLoss(text: string, specification?: PolicySpecification): Explanation {
  return explainLoss(text, offeredSymbols(specification?.gaussian === undefined ? "discrete" : "continuous"));
}
