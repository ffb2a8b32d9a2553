import { firstNonFinite } from "../../loss/statistics.ts";
import type {
  CounterExampleView,
  ProofCheckView,
  ProofResult,
  ProofStatus,
} from "../../protocol/proofViews.ts";
import { createGenerator } from "../../rl/randomGenerator.ts";
import { type Checked, type CheckOptions, checkLoss, ownParts, type ProofParts } from "./checks.ts";
import { typicalSize } from "./compare.ts";
import { counterExample } from "./counterExample.ts";
import { detachedSentence } from "./detached.ts";
import { kinkSentences } from "./kinkSentences.ts";
import type { Effort } from "./measure.ts";
import type { ProofProblem } from "./problem.ts";
import type { StatedRule } from "./statedRule.ts";

export interface ProveOptions {
  readonly seed?: number;
  readonly rule?: StatedRule | undefined;
  readonly effort?: Effort;
  /** Milliseconds after which no further difference is taken. */
  readonly limit?: number;
  /** Called between two differences, to let others work. */
  readonly breathe?: () => Promise<void>;
  readonly parts?: ProofParts;
}

const usualEffort: Effort = { directions: 8, coordinates: 64 };
const usualLimit = 20_000;

const notCovered = [
  "Adam and any other optimiser, learning rates, clipping of the gradient: the proof is about ∂L/∂θ, not about the step taken along it",
  "updates made one after another: θ stays where it is, so ln π_old, returns, advantages and recorded values stay fixed, as they do in the trainer",
  "float32 backends: all numbers here are float64 on the kernels",
] as const;

/**
 * Proves a loss on one problem: ∂L/∂θ by autodiff and the kernels, by the rule applied step by step, and by central
 * differences of the loss in which detached parts are held; with a stated rule, that it is this rule. A failure comes
 * with a counter-example as small as could be found.
 * @param on what the problem is, for the reader.
 */
export async function proveLoss(
  problem: ProofProblem,
  text: string,
  on: string,
  options: ProveOptions = {},
): Promise<ProofResult> {
  const started = performance.now();
  const checkOptions = checkOptionsOf(options, started);
  const checked = await checkLoss(problem, text, checkOptions);
  if (!checked.ok) return checked;
  const failed = checked.checks.find(({ status }) => status === "failed");
  const found = failed ? await counterExample(problem, text, failed.id, checkOptions) : null;
  const { seed } = checkOptions;
  return {
    ok: true,
    ...conclude(checked, found),
    on,
    loss: checked.evaluation.value,
    gradientNorm: typicalSize(checked.gradient) * Math.sqrt(checked.gradient.length),
    checks: checked.checks,
    kinks: kinkSentences(checked.measurements, problem.specification),
    detached: await detachedSentence(problem, checked, createGenerator(seed, "proof of detach")),
    notCovered,
    counterExample: found,
    seed,
    milliseconds: performance.now() - started,
  };
}

function checkOptionsOf(options: ProveOptions, started: number): CheckOptions {
  const { limit = usualLimit, breathe } = options;
  return {
    seed: options.seed ?? 1,
    effort: options.effort ?? usualEffort,
    rule: options.rule,
    parts: options.parts ?? ownParts,
    goOn: async () => {
      await breathe?.();
      return performance.now() - started < limit;
    },
  };
}

function conclude(
  { checks, evaluation, gradient }: Checked,
  found: CounterExampleView | null,
): { status: ProofStatus; sentence: string } {
  if (!Number.isFinite(evaluation.value) || !gradient.every(Number.isFinite)) {
    return { status: "undecided", sentence: `Undecided: ${notFinite(evaluation)}.` };
  }
  const failed = checks.find(({ status }) => status === "failed");
  if (failed) return { status: "failed", sentence: failureSentence(failed, found) };
  const undecided = checks.find(({ status }) => status === "undecided");
  if (undecided) {
    return { status: "undecided", sentence: `Undecided: ${undecided.detail}.` };
  }
  const worst = Math.max(...checks.map((check) => check.worst));
  const rule = checks.find(({ id }) => id === "rule");
  const also = rule ? `, and it is ${rule.title.replace(/^the loss.* ↔ /, "")}` : "";
  const sentence = `Passed: three ways to ∂L/∂θ agree${also}; the worst relative error is ${worst.toExponential(1)}.`;
  return { status: "passed", sentence };
}

function notFinite({ compiled, evaluation }: Checked["evaluation"]): string {
  const first = firstNonFinite(compiled, evaluation);
  if (!first) return "a derivative is no finite number here";
  return `${first.text} is ${first.value} at place ${first.index}`;
}

function failureSentence(failed: ProofCheckView, found: CounterExampleView | null): string {
  const smallest = found ? ` It fails with ${found.steps} step${found.steps === 1 ? "" : "s"} already.` : "";
  const { title, worst, where } = failed;
  return `Failed: ${title} differ by ${worst.toExponential(1)} at ${where}.${smallest}`;
}
