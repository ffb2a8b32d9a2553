import { deriveLoss } from "../../loss/derive.ts";
import { mathOf } from "../../loss/math/math.ts";
import type { PolicySpecification } from "../../policies/policy.ts";
import type { VerdictView } from "../../protocol/views.ts";
import type { InspectedLoss } from "./inspectedLoss.ts";
import { ruleOfLoss } from "./ruleOfLoss.ts";

type RuleViews = Pick<VerdictView, "math" | "written" | "notes">;

/** The rule that the numbers say, drawn; beside it the one that the text says; and what to know about it. */
export function ruleViews(
  { text }: InspectedLoss,
  rule: string,
  specification: PolicySpecification,
): RuleViews {
  const explanation = ruleOfLoss(text, specification);
  const written = explanation.ok && explanation.updates.length > 0 ? explanation.rule : undefined;
  const derivation = written === undefined ? undefined : deriveLoss(written);
  return {
    math: mathOf(rule),
    written: written === undefined || written === rule ? null : { rule: written, math: mathOf(written) },
    notes: derivation?.ok ? derivation.notes.map(({ title, text: note }) => ({ title, text: note })) : [],
  };
}
