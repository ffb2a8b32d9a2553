import type { Verdict } from "../../diagnosis/verdict.ts";
import { isOpaque, opaqueGradient, outputsGradient } from "../../policies/heads.ts";
import { gradientNorm } from "../../policies/optimiser.ts";
import type { ParameterView } from "../../policies/policy.ts";
import type { ColumnView } from "../../protocol/views.ts";
import { BatchInspector } from "../inspection/batchInspector.ts";
import type { Derivatives, Followed, InspectedLoss } from "../inspection/inspectedLoss.ts";
import type { Names } from "../inspection/names.ts";
import { type BatchEvaluation, type HeldNames, type ReadLoss, readLossText } from "../lossOnBatch.ts";
import type { FrozenTrace } from "./frozenTrace.ts";
import { heldNames } from "./heldNames.ts";
import { outputTensors, tensorsOf } from "./outputTensors.ts";
import { bookLoss, textsFor } from "./readText.ts";
import { originOf, traceColumnViews } from "./traceColumns.ts";

/** Far above the rounding of recorded float32 numbers, far below a formula that is another. */
const sameWeights = 1e-5;

/** A loss that can be evaluated on any batch, where nothing that a policy put out is in the trace. */
const noLoss = "loss = (0 * r).sum()";

/**
 * An update of a trace opened. Its own loss is what the trace recorded of it; the text beside it is read off its weights.
 * θ is not in a trace: the gradient ends at the policy's outputs, each of which stands as a parameter of its own.
 */
export class TraceInspector extends BatchInspector {
  readonly frozen: FrozenTrace;
  readonly heads: FrozenTrace["heads"];
  readonly parameters: readonly ParameterView[];
  readonly #held: HeldNames;

  constructor(frozen: FrozenTrace, names: Names) {
    super();
    this.frozen = frozen;
    this.heads = frozen.heads;
    this.#held = heldNames(frozen);
    this.parameters = outputTensors(frozen, names.actionNames);
  }

  override columnViews(loss: InspectedLoss, names: Names): readonly ColumnView[] {
    return traceColumnViews(this, super.columnViews(loss, names), loss);
  }

  override origin(loss: InspectedLoss, column: string): string | undefined {
    return originOf(this.frozen, column, loss === this.trainer);
  }

  protected readText(text: string): ReadLoss {
    const { specification, batch } = this.frozen;
    return readLossText(text, specification, batch.rows !== undefined, this.#held);
  }

  protected override batchColumn(name: string): Float64Array | undefined {
    if (name === "G") return this.frozen.returns;
    return this.frozen.columns.get(name) ?? super.batchColumn(name);
  }

  /** ∂L/∂outputs as the gradient, output by output: g_t·g is ‖∂L/∂outputs_t‖² then. */
  protected follow(evaluation: Derivatives): Followed {
    const { steps } = this.frozen.batch;
    const gradient = tensorsOf(this.frozen, evaluation);
    const projections = new Float64Array(steps);
    for (let at = 0; at < gradient.length; at++) projections[at % steps]! += gradient[at]! ** 2;
    return { gradient: { gradient, stepNorms: projections.map(Math.sqrt) }, projections };
  }

  protected override ownLoss(): InspectedLoss {
    const derivatives = this.#recordedDerivatives();
    const verdict = derivatives ? this.judge(derivatives) : this.#unread();
    const { text, evaluation } = this.#asText(derivatives && verdict);
    const recorded = derivatives ?? {
      ...evaluation,
      gradient: unknown(evaluation.gradient),
      direct: undefined,
    };
    const followed = this.follow(recorded);
    return {
      text,
      evaluation: { ...evaluation, ...recorded, value: this.frozen.value ?? Number.NaN },
      ...followed,
      gradientNorm: gradientNorm(followed.gradient.gradient),
      terms: { columns: [], rest: null, notSeparable: "only its value was recorded" },
      verdict,
    };
  }

  /** What the trace recorded of ∂L/∂heads; undefined where the weights cannot be told from it. */
  #recordedDerivatives(): Derivatives | undefined {
    const { gradients, specification, batch } = this.frozen;
    const { heads } = this;
    const { logPi, entropy, values, isRead } = gradients;
    if (logPi === undefined) return undefined;
    const adjoints = { log_pi: logPi, entropy, V: values, V_next: undefined };
    const chained = {
      logProbabilities: logPi,
      ...(entropy && { entropies: entropy }),
      ...(values && { values }),
    };
    const steps = { steps: batch.steps, actions: batch.actions, ends: batch };
    const recomputed = isOpaque(heads)
      ? opaqueGradient(chained, steps)
      : outputsGradient(specification, heads, steps, chained);
    const gradient = {
      ...recomputed,
      logits: gradients.logits ?? recomputed.logits,
      mu: gradients.mu ?? recomputed.mu,
      logSigma: gradients.logSigma ?? recomputed.logSigma,
      values,
    };
    const isWhole =
      gradients.logits !== undefined || (gradients.mu !== undefined && gradients.logSigma !== undefined);
    if (!isRead || !isWhole || isOpaque(heads)) return { gradient, adjoints, direct: undefined };
    return { gradient, adjoints: { ...adjoints, log_pi: undefined, entropy: undefined }, direct: gradient };
  }

  /** The recorded loss as a text; the book's where nothing is known of it. */
  #asText(verdict: Verdict | undefined): { text: string; evaluation: BatchEvaluation } {
    const tried = verdict === undefined ? [] : textsFor(verdict, this.frozen.batch.steps);
    for (const { text, hasCritic } of tried) {
      const evaluated = this.evaluate(text);
      if (evaluated.ok && this.#isSame(evaluated.evaluation, hasCritic))
        return { text, evaluation: evaluated.evaluation };
    }
    const book = this.evaluate(bookLoss);
    const evaluated = book.ok ? book : this.evaluate(noLoss);
    if (!evaluated.ok) throw new Error(`no loss can be evaluated: ${evaluated.diagnostics[0]?.message}`);
    return { text: bookLoss, evaluation: evaluated.evaluation };
  }

  /** Whether ∇ln π, and V where it is looked at, enter a loss as they entered the recorded one. */
  #isSame({ adjoints }: BatchEvaluation, hasCritic: boolean): boolean {
    const { gradients } = this.frozen;
    if (hasCritic && !isNear(adjoints.V, gradients.values)) return false;
    return isNear(adjoints.log_pi, gradients.logPi);
  }

  /** The verdict where the trace does not hold the weights. */
  #unread(): Verdict {
    return {
      kind: "undecided",
      sentence:
        "The weights of this update are not in the trace: the text is the book's loss to try on its batch",
      explanation:
        "Give rec.update the log_prob that enters the loss, before loss.backward(), and it can be told what the update is.",
      rule: "theta -= alpha * grad(loss)",
      finding: undefined,
      match: undefined,
      scale: undefined,
      entropy: undefined,
      undecided: [],
      fingerprint: {
        weights: new Float64Array(this.frozen.batch.steps).fill(Number.NaN),
        entropyWeights: undefined,
        reading: "exact",
        formResidual: 0,
        entropyInseparable: false,
      },
    };
  }
}

/** Whether two columns [T] are the same but for rounding; what is NaN as it was recorded decides nothing. */
function isNear(written: Float64Array | undefined, recorded: Float64Array | undefined): boolean {
  let left = 0;
  let total = 0;
  recorded?.forEach((value, t) => {
    if (Number.isNaN(value)) return;
    left += ((written?.[t] ?? 0) - value) ** 2;
    total += value * value;
  });
  return recorded !== undefined && left <= sameWeights ** 2 * total;
}

/** A gradient of which nothing is known. */
function unknown({ logits, mu, logSigma }: Derivatives["gradient"]): Derivatives["gradient"] {
  const none = (known: Float64Array | undefined) => known?.map(() => Number.NaN);
  return {
    outputs: new Float64Array(),
    rows: 0,
    logits: none(logits),
    mu: none(mu),
    logSigma: none(logSigma),
    values: undefined,
  };
}
