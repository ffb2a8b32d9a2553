import type { TraceHeader, TraceSteps, TraceUpdate } from "../../runs/exportTrace.ts";
import type { FrozenUpdate } from "../frozenUpdate.ts";
import type { Inspector } from "../inspection/inspector.ts";
import type { OpenRun } from "../openRun.ts";

/** A trace's first line for updates of a run: what they were made with, and every loss with the update from which it held. */
export function traceHeader(
  { resolved, reader }: Pick<OpenRun, "resolved" | "reader">,
  frozen: FrozenUpdate,
): TraceHeader {
  const { actionCount, gaussian } = frozen.specification;
  return {
    environment: resolved.environment.id,
    gamma: frozen.gamma,
    actionSpace:
      gaussian === undefined ? { type: "discrete", n: actionCount } : { type: "box", shape: [actionCount] },
    framework: "policy-gradient-inspector",
    algorithm: resolved.algorithm.id,
    losses: reader.losses().map(({ fromUpdate, text }) => ({ from_update: fromUpdate, text })),
  };
}

/** The steps of a batch with what its policy put out for them. */
export function traceSteps({ frozen, heads }: Inspector): TraceSteps {
  return {
    ...frozen.batch,
    logits: heads.logits,
    mu: heads.mu,
    logSigma: heads.logSigma,
    logProbs: heads.logProbabilities,
    entropies: heads.entropies,
    values: heads.values,
    finalValues: heads.finalValues,
  };
}

/** An opened update with its steps, as a trace has it. */
export function traceUpdate(inspector: Inspector): TraceUpdate {
  const { frozen, trainer } = inspector;
  const { entropy, fingerprint } = trainer.verdict;
  const { logits, mu, logSigma, values } = trainer.evaluation.gradient;
  return {
    ...traceSteps(inspector),
    update: frozen.update,
    gamma: frozen.gamma,
    loss: trainer.evaluation.value,
    coef: fingerprint.weights.map((weight) => -weight),
    entropyCoef: entropy?.constant ? -entropy.beta : undefined,
    gradNorm: trainer.gradientNorm,
    logitsGrad: logits,
    muGrad: mu,
    logSigmaGrad: logSigma,
    valueGrad: values?.subarray(0, frozen.batch.steps),
  };
}
