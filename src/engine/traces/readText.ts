import type { ValueTerm } from "../../diagnosis/valueTerm.ts";
import type { Verdict } from "../../diagnosis/verdict.ts";
import { deriveLoss } from "../../loss/derive.ts";

/** What stands beside an update whose own loss cannot be read from its trace. */
export const bookLoss = "G    = discounted_returns(r, gamma)\nloss = -(gamma**t * G.detach() * log_pi).sum()";

/** What V may be drawn to, as the loss language writes it. */
const targets: Readonly<Record<string, string>> = {
  G: "discounted_returns(r, gamma)",
  "(r + γV′)": "(r + gamma * V_next).detach()",
  "the recorded returns": "G_recorded",
};

/** A text to be held against the recorded derivatives; against those at V only where it has a term for the critic. */
export interface TriedText {
  readonly text: string;
  readonly hasCritic: boolean;
}

/**
 * Texts of a loss that may be the recorded one, the most telling first: by the rule that its weights are, else by the
 * weights themselves; each with the critic's term where that is known, and without.
 */
export function* textsFor(verdict: Verdict, steps: number): Generator<TriedText> {
  const critic = verdict.value && valueText(verdict.value, steps);
  for (const text of policyTexts(verdict)) {
    if (critic !== undefined) yield { text: `${text} + ${critic}`, hasCritic: true };
    yield { text, hasCritic: false };
  }
}

function policyTexts({ rule, entropy }: Verdict): readonly string[] {
  const derived = deriveLoss(rule);
  const beta = entropy?.constant ? entropy.beta : 0;
  const byWeights = [
    "# c_recorded is the weight that the trace gives every step",
    ...(beta === 0 ? [] : [`beta = ${Number(beta.toPrecision(6))}`]),
    `loss = -(c_recorded * log_pi).sum()${beta === 0 ? "" : " - beta * entropy.sum()"}`,
  ].join("\n");
  return derived.ok && derived.placeholders.length === 0 ? [derived.loss.trimEnd(), byWeights] : [byWeights];
}

/** A squared error as people write it: halved or not, summed or averaged over the steps, else with a factor. */
function valueText({ target = "", scale, words }: ValueTerm, steps: number): string | undefined {
  const goal = targets[target];
  if (goal === undefined || words.includes("clamp")) return undefined;
  const square = `((V - ${goal})**2)`;
  const isNear = (factor: number) => Math.abs(scale / 2 / factor - 1) < 1e-6;
  if (isNear(1)) return `${square}.sum()`;
  if (isNear(0.5)) return `0.5 * ${square}.sum()`;
  if (isNear(1 / steps)) return `${square}.mean()`;
  if (isNear(0.5 / steps)) return `0.5 * ${square}.mean()`;
  return `${Number((scale / 2).toPrecision(12))} * ${square}.sum()`;
}
