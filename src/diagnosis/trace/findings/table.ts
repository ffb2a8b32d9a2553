import type { FindingRule } from "../findingRule.ts";
import { criticRules } from "./criticRules.ts";
import { entropyRules } from "./entropyRules.ts";
import { gaussianRules } from "./gaussianRules.ts";
import { gradientRules } from "./gradientRules.ts";
import { policyRules } from "./policyRules.ts";
import { ratioRules } from "./ratioRules.ts";
import { shiftedRewards, wrongTermination } from "./replayRules.ts";
import { baselineSeesReturn, scaledWeights, weightRules, wrongSign } from "./weightRules.ts";

/** Every finding that a trace can show. Several rows may tell of one id by other evidence; the first that sees it is told. */
export const findingRules: readonly FindingRule[] = [
  wrongSign,
  ...weightRules,
  shiftedRewards,
  ...policyRules,
  ...gaussianRules,
  ...entropyRules,
  ...criticRules,
  wrongTermination,
  ...ratioRules,
  ...gradientRules,
  baselineSeesReturn,
  scaledWeights,
];

/** Mistakes that no trace of an update can show, each with the reason. */
export const undecidable: readonly { readonly id: string; readonly reason: string }[] = [
  {
    id: "loss_read_as_score",
    reason: "whether someone reads the loss as a score is not in a trace; look at the return",
  },
  {
    id: "action_dependent_baseline",
    reason: "needs the baseline at the actions that were not taken",
  },
];
