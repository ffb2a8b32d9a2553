import type { EngineMethods } from "../../protocol/engine.ts";
import type { ProofResult } from "../../protocol/proofViews.ts";
import type { FrozenUpdate } from "../frozenUpdate.ts";
import type { RunBook } from "../runBook.ts";
import { type ProofProblem, smallProblem } from "./problem.ts";
import { type ProveOptions, proveLoss } from "./prove.ts";
import { statedRule } from "./statedRule.ts";

/** The engine's `prove`: on an opened update, or on the small problem. Other messages are heard between differences. */
export async function proveOnRequest(
  runs: RunBook,
  { text, run, update, rule, seed }: EngineMethods["prove"]["params"],
): Promise<ProofResult> {
  const options: ProveOptions = {
    ...(seed !== undefined && { seed }),
    ...(rule !== undefined && { rule: statedRule(rule) }),
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
  };
  if (run === undefined) return proveOnSmallProblem(text, options);
  const opened = await runs.opened({ run, update: update ?? runs.get(run).refresh() });
  return proveOnUpdate(opened.inspector.frozen, text, options);
}

/** Proves a loss on the batch and the θ of a frozen update. */
export function proveOnUpdate(
  frozen: FrozenUpdate,
  text: string,
  options?: ProveOptions,
): Promise<ProofResult> {
  const { batch, theta, update } = frozen;
  const on = `update ${update}: ${countOf(batch.steps, "step")}, ${countOf(theta.length, "parameter")}`;
  return proveLoss(frozen, text, on, options);
}

/** Proves a loss without a run: on the made-up problem of the seed. */
export function proveOnSmallProblem(text: string, options: ProveOptions = {}): Promise<ProofResult> {
  const problem = smallProblem(options.seed ?? 1, text);
  const { batch, theta } = problem;
  const on = `a made-up problem: ${batch.steps} steps in 3 episodes, ${actionWords(problem)}, ${theta.length} parameters`;
  return proveLoss(problem, text, on, options);
}

function actionWords({ specification: { actionCount, gaussian, value } }: ProofProblem): string {
  const actions = gaussian ? `a Gaussian of ${actionCount} dimensions` : `${actionCount} actions`;
  return value ? `${actions} and a value network` : actions;
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
