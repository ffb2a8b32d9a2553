import { compileLoss } from "../../loss/evaluate.ts";
import { offeredSymbols } from "../../loss/names.ts";
import { parseLoss } from "../../loss/parse.ts";
import { symbolicSize } from "../../loss/shapes.ts";
import { vector } from "../../loss/tensor.ts";
import type { CrossEntropyView } from "../../protocol/views.ts";
import { lossInputs } from "../lossInputs.ts";
import type { BatchInspector } from "./batchInspector.ts";
import type { InspectedLoss } from "./inspectedLoss.ts";

const TEXT = "(c * cross_entropy(logits, a)).sum()";

/**
 * Cross-entropy with the action taken as label, weighted by c_t, differentiated by the loss language's own operator:
 * ∂/∂logits [T × K], to be held against the loss's own. Undefined for a policy without logits.
 */
export function crossEntropyGradient(
  inspector: BatchInspector,
  loss: InspectedLoss,
): Float64Array | undefined {
  if (inspector.heads.logits === undefined) return undefined;
  const symbols = new Map(offeredSymbols("discrete"));
  symbols.set("c", { ...symbols.get("r")!, name: "c", shape: [symbolicSize("T")] });
  const { compiled } = compileLoss(parseLoss(TEXT).program!, symbols);
  const { batch, gamma, learningRate } = inspector.frozen;
  const inputs = lossInputs(["logits", "a"], { batch, heads: inspector.heads, gamma, learningRate });
  const weights = loss.verdict.fingerprint.weights.map((weight) => (Number.isNaN(weight) ? 0 : weight));
  inputs.set("c", vector(weights));
  const evaluation = compiled!.evaluate(inputs);
  return evaluation.ok ? evaluation.adjoint("logits") : undefined;
}

/** One step of it beside the loss's own gradient at the outputs; null where the policy has no logits. */
export function crossEntropyView(
  inspector: BatchInspector,
  loss: InspectedLoss,
  step: number,
): CrossEntropyView | null {
  const all = crossEntropyGradient(inspector, loss);
  const own = loss.evaluation.gradient.logits;
  if (!all || !own) return null;
  const { actionCount } = inspector.frozen.batch;
  const gradients = [...all.subarray(step * actionCount, (step + 1) * actionCount)];
  const differences = gradients.map((value, k) => Math.abs(value - own[step * actionCount + k]!));
  return {
    text: "c · cross_entropy(logits, a)",
    gradients,
    largestDifference: Math.max(...differences),
    // An entropy term has a gradient of its own, which cross-entropy does not know of.
    hasOther:
      loss.verdict.fingerprint.entropyWeights !== undefined || loss.verdict.fingerprint.formResidual > 1e-6,
  };
}
