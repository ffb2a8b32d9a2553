import { formatSignificant } from "../../scale.ts";
import { detectionOn } from "../detectionOn.ts";
import type { UpdateEvidence } from "../evidence.ts";
import type { Detection } from "../finding.ts";
import type { FindingRule } from "../findingRule.ts";
import type { Session } from "../session.ts";

/** Largest |ln ratio| of an update. */
function largestShift({ logProbs, sampledLogProbs }: UpdateEvidence): number {
  let largest = 0;
  logProbs!.forEach((own, t) => {
    largest = Math.max(largest, Math.abs(own - sampledLogProbs![t]!));
  });
  return largest;
}

/** How far the policy's outputs are from those of sampling at most; 0 where only one of them is recorded. */
function outputShift({ policy, ownPolicy }: UpdateEvidence): number {
  if (!policy || !ownPolicy || policy.kind !== ownPolicy.kind) return 0;
  const before = policy.kind === "categorical" ? policy.logits : policy.mu;
  const after = ownPolicy.kind === "categorical" ? ownPolicy.logits : ownPolicy.mu;
  return before.reduce((most, value, at) => Math.max(most, Math.abs(after[at]! - value) || 0), 0);
}

/** Updates with a ratio, in groups that share their steps. */
function groups(session: Session): UpdateEvidence[][] {
  const found = new Map<UpdateEvidence["context"], UpdateEvidence[]>();
  for (const update of session.updates) {
    const { logProbs, sampledLogProbs, isRollout, context, steps } = update;
    if (!isRollout || logProbs === sampledLogProbs) continue;
    if (logProbs?.length !== steps || sampledLogProbs?.length !== steps) continue;
    const group = found.get(context);
    if (group) group.push(update);
    else found.set(context, [update]);
  }
  return [...found.values()];
}

const staleOldLogProb: FindingRule = {
  id: "stale_old_log_prob",
  severity: "error",
  title: "the old log-probability is not that of sampling",
  why: "Before the first step on a rollout the ratio is 1 everywhere. If it is not, or stays 1 in all epochs, the clip does not know how far the policy has moved.",
  fix: "store log_prob at sampling, without gradient, and do not recompute it",
  reference: "thu-ml/tianshou#745",
  detect: (session) => {
    const all = groups(session);
    const slack = 1e-5 + 100 * session.policyPrecision.unit;
    return firstOff(session, all, slack) ?? alwaysOne(session, all, slack);
  },
};

function firstOff(session: Session, all: readonly UpdateEvidence[][], slack: number): Detection | undefined {
  const off = all.flatMap(([first]) => (first && largestShift(first) > slack ? [first] : []));
  if (off.length === 0) return undefined;
  const largest = Math.max(...off.map(largestShift));
  return detectionOn(
    session,
    off,
    `Expected ratio = 1 in the first minibatch of a rollout; seen |ln ratio| up to ${formatSignificant(largest, 3)} in ${off.length} of ${all.length} rollouts`,
    { largest, rollouts: off.length },
  );
}

function alwaysOne(session: Session, all: readonly UpdateEvidence[][], slack: number): Detection | undefined {
  const later = all.flatMap((group) => group.slice(1));
  if (later.length < 3 || later.some((update) => largestShift(update) > slack)) return undefined;
  // A policy that hardly moved has such ratios too: what else it put out must have moved.
  if (!later.some((update) => outputShift(update) > 100 * slack)) return undefined;
  return detectionOn(
    session,
    later,
    `Expected ratios that leave 1 after the first step; seen 1 in all ${later.length} later minibatches: old is recomputed with the new policy`,
    { minibatches: later.length },
  );
}

/** Findings about the probability ratio of PPO. */
export const ratioRules: readonly FindingRule[] = [staleOldLogProb];
