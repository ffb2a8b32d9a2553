import type { Diagnostic } from "../../loss/diagnostic.ts";
import type { CompiledLoss } from "../../loss/evaluate.ts";
import { type HeldLoss, holdDetached } from "../../loss/holdDetached.ts";
import { headNames } from "../../loss/names.ts";
import type { Tensor } from "../../loss/tensor.ts";
import type { HeadAdjoints } from "../../policies/heads.ts";
import { KernelsBackend } from "../../policies/kernels.ts";
import type { ProofCheckView } from "../../protocol/proofViews.ts";
import { createGenerator } from "../../rl/randomGenerator.ts";
import { addCarried, addScaled } from "../carriedTraces.ts";
import { lossInputs } from "../lossInputs.ts";
import { type BatchEvaluation, evaluateToInspect, headAdjoints, readLossText } from "../lossOnBatch.ts";
import { compareDifferences, compareDirect, isZero } from "./compare.ts";
import { directGradient, plainLogProbabilities } from "./directRule.ts";
import { LossFunction, type MakePolicy, type ProvedPolicy } from "./lossFunction.ts";
import { type Effort, type Measurements, measureLines } from "./measure.ts";
import { type ProofProblem, seenObservations } from "./problem.ts";
import type { StatedRule } from "./statedRule.ts";

/** The parts under proof, so that a test can give wrong ones. */
export interface ProofParts {
  readonly read: typeof readLossText;
  readonly makePolicy: MakePolicy;
}

export const ownParts: ProofParts = {
  read: readLossText,
  makePolicy: (specification) => new KernelsBackend(specification),
};

export interface CheckOptions {
  readonly seed: number;
  readonly effort: Effort;
  readonly rule: StatedRule | undefined;
  readonly parts: ProofParts;
  /** Called between two differences; false ends the measuring. */
  readonly goOn: () => Promise<boolean>;
}

/** A loss held to a problem: every pair of ways compared. */
export interface Checked {
  readonly ok: true;
  readonly checks: readonly ProofCheckView[];
  readonly evaluation: BatchEvaluation;
  /** ∂L/∂θ by autodiff. */
  readonly gradient: Float64Array;
  readonly measurements: Measurements;
  readonly held: HeldLoss;
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly policy: ProvedPolicy;
}

export type CheckResult = Checked | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Runs the three ways to ∂L/∂θ, and the stated rule, on one problem. */
export async function checkLoss(
  problem: ProofProblem,
  text: string,
  options: CheckOptions,
): Promise<CheckResult> {
  const read = options.parts.read(text, problem.specification, problem.batch.rows !== undefined);
  const wrong = read.diagnostics.filter(({ code }) => code === "no-derivative");
  if (!read.ok || wrong.length > 0) return { ok: false, diagnostics: read.ok ? wrong : read.diagnostics };
  const autodiff = byAutodiff(problem, read.compiled, options.parts.makePolicy);
  if (!autodiff.ok) return autodiff;
  const held = holdDetached(read.compiled, headNames());
  const inputs = new Map([...autodiff.inputs, ...held.values(autodiff.evaluation.evaluation)]);
  const adjoints = headAdjoints(autodiff.evaluation.evaluation);
  const direct = directGradient(problem, adjoints);
  const { policy, gradient, stepNorms } = autodiff;
  const measurements = await measureLines(
    new LossFunction(held.compiled, problem, policy, inputs),
    problem.theta,
    {
      effort: options.effort,
      generator: createGenerator(options.seed, "proof lines"),
      gradient,
      goOn: options.goOn,
    },
  );
  const { specification } = problem;
  const zero = isZero(direct);
  const checks = [
    compareHeads(problem, autodiff.logProbabilities),
    compareDirect("direct", directTitle, { gradient, stepNorms }, direct, specification),
    compareDifferences("differences", differencesTitle, { gradient, zero }, measurements, specification),
    compareDifferences("directDifferences", bothTitle, { ...direct, zero }, measurements, specification),
    ...ruleCheck(problem, { gradient, stepNorms }, adjoints, options.rule),
  ];
  return { ...autodiff, checks, measurements, held, inputs };
}

const directTitle = "autodiff and kernels ↔ the rule, step by step";
const differencesTitle = "autodiff and kernels ↔ central differences";
const bothTitle = "the rule, step by step ↔ central differences";

/** A rule that says nothing of V is a rule of the policy: it is held against the loss without its value term. */
function ruleCheck(
  problem: ProofProblem,
  autodiff: { gradient: Float64Array; stepNorms: Float64Array },
  adjoints: HeadAdjoints,
  rule: StatedRule | undefined,
): ProofCheckView[] {
  if (!rule) return [];
  const weights = rule.weights(problem);
  const stated = directGradient(problem, weights);
  const { values, nextValues, ...others } = adjoints;
  const { z_w, ...ofPolicy } = others.traces ?? {};
  const policy = { ...others, traces: ofPolicy };
  const setsValueApart = speaksOfValue(adjoints) && !speaksOfValue(weights);
  const ours = setsValueApart ? directGradient(problem, policy) : autodiff;
  const title = `the loss${setsValueApart ? ", its value term apart," : ""} ↔ ${rule.title}`;
  return [compareDirect("rule", title, ours, stated, problem.specification)];
}

function speaksOfValue({ values, nextValues }: HeadAdjoints): boolean {
  return [values, nextValues].some((column) => column?.some((weight) => weight !== 0));
}

interface Autodiff {
  readonly ok: true;
  readonly policy: ProvedPolicy;
  readonly evaluation: BatchEvaluation;
  readonly gradient: Float64Array;
  readonly stepNorms: Float64Array;
  readonly logProbabilities: Float64Array;
  readonly inputs: ReadonlyMap<string, Tensor>;
}

/** ∂L/∂θ as the trainer computes it: the loss's adjoints through the heads and the backend's backward pass. */
function byAutodiff(
  problem: ProofProblem,
  compiled: CompiledLoss,
  makePolicy: MakePolicy,
): Autodiff | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] } {
  const { batch, specification, theta, gamma, learningRate } = problem;
  const policy = makePolicy(specification);
  policy.setTheta(theta);
  const heads = policy.forward(seenObservations(batch), batch.actions, batch.steps, batch);
  const source = { batch, heads, specification, gamma, learningRate };
  const evaluation = evaluateToInspect(compiled, source);
  if (!evaluation.ok) return evaluation;
  // What the policy returns is overwritten by its next forward pass.
  const inputs = new Map(
    [...lossInputs(compiled.leaves, source)].map(
      ([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }] as const,
    ),
  );
  const logProbabilities = heads.logProbabilities.slice(0, batch.steps);
  const { outputs, rows } = evaluation.gradient;
  const { gradient: ofOutputs, stepNorms } = policy.backward(outputs, rows);
  const gradient = ofOutputs.slice();
  addCarried(batch.carried, evaluation.heads, (trace, weight) => addScaled(gradient, trace, weight));
  return {
    ok: true,
    policy,
    evaluation,
    gradient,
    stepNorms: stepNorms.slice(0, batch.steps),
    logProbabilities,
    inputs,
  };
}

const headsTolerance = 1e-12;

/** ln π(a_t|s_t) by the backend beside plain loops; relative to 1 where it is smaller. */
function compareHeads(problem: ProofProblem, logProbabilities: Float64Array): ProofCheckView {
  let worst = 0;
  let step = 0;
  for (const [t, plain] of plainLogProbabilities(problem).entries()) {
    const error = Math.abs(plain - logProbabilities[t]!) / Math.max(1, Math.abs(plain));
    if (error <= worst) continue;
    worst = error;
    step = t;
  }
  return {
    id: "heads",
    title: "ln π(a|s) by the kernels ↔ by plain loops",
    status: worst <= headsTolerance ? "passed" : "failed",
    worst,
    tolerance: headsTolerance,
    where: `step ${step}`,
    compared: problem.batch.steps,
    detail: "",
  };
}
