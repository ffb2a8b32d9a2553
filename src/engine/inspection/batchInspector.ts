import type { CandidateInput } from "../../diagnosis/candidates.ts";
import { type CandidateWeights, candidateWeights } from "../../diagnosis/match.ts";
import { judge, type Verdict } from "../../diagnosis/verdict.ts";
import { gradientNorm } from "../../policies/optimiser.ts";
import type { Heads, OpaqueHeads, ParameterView } from "../../policies/policy.ts";
import type { ColumnView } from "../../protocol/views.ts";
import type { FrozenBatch } from "../frozenUpdate.ts";
import { countEpisodes } from "../lossInputs.ts";
import { type BatchEvaluation, evaluateToInspect, type ReadLoss } from "../lossOnBatch.ts";
import { baseColumn, matrixColumn } from "./baseColumn.ts";
import { columnViews, tableShape } from "./columns.ts";
import type { Derivatives, Evaluated, Followed, InspectedLoss, Inspection } from "./inspectedLoss.ts";
import type { Names } from "./names.ts";
import { orderRows } from "./orderedRows.ts";
import { perStepTerms } from "./terms.ts";

/**
 * One update's batch with the heads of its policy, against which any number of losses are held. Where the gradient
 * goes from the outputs on, and which names there are, is for those who know the policy.
 */
export abstract class BatchInspector {
  abstract readonly frozen: FrozenBatch;
  abstract readonly heads: Heads | OpaqueHeads;
  /** The loss that was last tried on it. */
  edited: InspectedLoss | undefined;
  #trainer: InspectedLoss | undefined;
  /** What a verdict needs of the batch, and the weights of every known rule on it: the same for every loss. */
  #judged: { readonly about: JudgedBatch; readonly candidates: readonly CandidateWeights[] } | undefined;
  readonly #columns = new Map<string, Float64Array>();
  readonly #lossColumns = new WeakMap<InspectedLoss, Map<string, Float64Array>>();
  readonly #orders = new WeakMap<Float64Array, { rising?: Float64Array; falling?: Float64Array }>();

  /** What the gradient is made of, tensor by tensor. */
  abstract get parameters(): readonly ParameterView[];

  /** The update's own loss on this batch: bit for bit what the trainer had. */
  get trainer(): InspectedLoss {
    this.#trainer ??= this.ownLoss();
    return this.#trainer;
  }

  /** Another loss on this batch; wrong text is a value with diagnostics. */
  inspect(text: string): Inspection {
    const evaluated = this.evaluate(text);
    if (!evaluated.ok) return evaluated;
    const { evaluation, diagnostics } = evaluated;
    return { ok: true, loss: this.#inspected(text, evaluation), diagnostics };
  }

  /** A column [T] of the step table under a loss. Undefined for an unknown name. */
  column(loss: InspectedLoss, name: string): Float64Array | undefined {
    const known = this.#columns.get(name) ?? this.#lossColumns.get(loss)?.get(name);
    if (known) return known;
    const base = this.batchColumn(name);
    if (base) {
      this.#columns.set(name, base);
      return base;
    }
    const values = lossColumn(loss, this.heads, name, this.frozen.batch.actionCount);
    if (values) {
      const columns = this.#lossColumns.get(loss) ?? new Map<string, Float64Array>();
      this.#lossColumns.set(loss, columns.set(name, values));
    }
    return values;
  }

  /** Steps [T] in the order of a column's values; sorted once for each column, since a table asks for it page by page. */
  ordered(values: Float64Array, descending: boolean): Float64Array {
    const known = this.#orders.get(values) ?? {};
    this.#orders.set(values, known);
    const direction = descending ? "falling" : "rising";
    known[direction] ??= orderRows(values, descending);
    return known[direction];
  }

  /** The columns of the step table under a loss, in their order. */
  columnViews(loss: InspectedLoss, names: Names): readonly ColumnView[] {
    return columnViews(tableShape(this, loss, names));
  }

  /** Where a column's numbers are from, in place of a formula; undefined where its formula says it. */
  origin(_loss: InspectedLoss, _column: string): string | undefined {
    return undefined;
  }

  /** Reads a text against the names that there are. */
  protected abstract readText(text: string): ReadLoss;

  /** Value and derivatives of a loss, without what follows from them. */
  protected evaluate(text: string): Evaluated {
    const read = this.readText(text);
    if (!read.ok) return read;
    const { batch, gamma, learningRate, specification } = this.frozen;
    const source = { batch, heads: this.heads, specification, gamma, learningRate };
    const evaluation = evaluateToInspect(read.compiled, source);
    if (evaluation.ok) return { ok: true, evaluation, diagnostics: read.diagnostics };
    return { ok: false, diagnostics: [...read.diagnostics, ...evaluation.diagnostics] };
  }

  /** The gradient from the outputs on. */
  protected abstract follow(evaluation: BatchEvaluation): Followed;

  protected ownLoss(): InspectedLoss {
    const inspection = this.inspect(this.frozen.loss);
    if (inspection.ok) return inspection.loss;
    throw new Error(`the trainer's own loss has errors: ${inspection.diagnostics[0]?.message}`);
  }

  /** A column [T] that is the same under every loss. */
  protected batchColumn(name: string): Float64Array | undefined {
    return baseColumn(this.frozen, this.heads, name);
  }

  /** Everything that follows from a loss's value and its derivatives at the heads. */
  #inspected(text: string, evaluation: BatchEvaluation): InspectedLoss {
    const followed = this.follow(evaluation);
    return {
      text,
      evaluation,
      ...followed,
      gradientNorm: gradientNorm(followed.gradient.gradient),
      terms: perStepTerms(evaluation, this.frozen.batch.steps),
      verdict: this.judge(evaluation),
    };
  }

  /** Which rule a loss's derivatives at the heads are. */
  protected judge(evaluation: Derivatives): Verdict {
    this.#judged ??= judgedBatch(this.frozen, this.heads);
    const { about, candidates } = this.#judged;
    return judge({ ...about, ...this.#fingerprintInput(evaluation) }, candidates);
  }

  #fingerprintInput({ gradient, direct, adjoints, heads: named }: Derivatives) {
    const adjointsByName = {
      traceAdjoints: this.frozen.batch.carried && named?.traces,
      logPiAdjoint: adjoints.log_pi,
      entropyAdjoint: adjoints.entropy,
      valueAdjoint: adjoints.V,
      nextValueAdjoint: adjoints.V_next,
    };
    const { heads } = this;
    const { actions, actionCount } = this.frozen.batch;
    if (heads.mu !== undefined) {
      const { mu, logSigma } = heads;
      const whole = { mu: gradient.mu!, logSigma: gradient.logSigma! };
      const part = direct && { mu: direct.mu!, logSigma: direct.logSigma! };
      const gaussian = { dimensions: actionCount, actions, mu, logSigma, gradient: whole, direct: part };
      return { ...adjointsByName, gaussian };
    }
    // What a policy put out is not known everywhere; then a loss can name nothing but its probabilities.
    const { probabilities = new Float64Array() } = heads;
    const outputs = {
      logitsGradient: gradient.logits ?? new Float64Array(),
      directGradient: direct?.logits,
    };
    return { ...adjointsByName, actionCount, actions, probabilities, ...outputs };
  }
}

/** What a verdict needs of a batch, whatever the loss. */
interface JudgedBatch extends CandidateInput {
  readonly episodes: number;
  readonly entropies: Float64Array;
}

function judgedBatch({ batch, gamma }: FrozenBatch, heads: Heads | OpaqueHeads) {
  const { steps, rewards, time, recorded } = batch;
  const { entropies, logProbabilities, values, nextValues } = heads;
  const about: JudgedBatch = {
    steps,
    rewards,
    time,
    gamma,
    ends: batch,
    episodes: countEpisodes(batch),
    entropies,
    chosenProbabilities: chosenProbabilities(batch, heads) ?? logProbabilities.map(Math.exp),
    values,
    nextValues,
    advantages: recorded?.adv,
    recordedReturns: recorded?.G_recorded,
    ratios: recorded?.log_pi_old?.map((old, t) => Math.exp(logProbabilities[t]! - old)),
  };
  return { about, candidates: candidateWeights(about) };
}

/** π(A_t|S_t) [T] of a categorical policy. */
function chosenProbabilities(
  { actions, actionCount }: FrozenBatch["batch"],
  { probabilities }: Heads | OpaqueHeads,
): Float64Array | undefined {
  return probabilities && Float64Array.from(actions, (action, t) => probabilities[t * actionCount + action]!);
}

function lossColumn(
  loss: InspectedLoss,
  { sigma }: Heads | OpaqueHeads,
  name: string,
  actionCount: number,
): Float64Array | undefined {
  const { stepNorms } = loss.gradient;
  const { logits, mu, logSigma, values } = loss.evaluation.gradient;
  const steps = stepNorms.length;
  switch (name) {
    case "weight":
      return loss.verdict.fingerprint.weights;
    case "entropy_weight":
      return loss.verdict.fingerprint.entropyWeights;
    case "size":
      return stepNorms;
    case "share":
      return loss.projections.map((projection) => projection / loss.gradientNorm ** 2);
    case "dV":
      return values;
    default:
      return (
        loss.terms.columns.find((term) => term.column === name)?.values ??
        matrixColumn(name, "dlogit", logits, steps, actionCount) ??
        matrixColumn(name, "dmu", mu, steps, actionCount) ??
        matrixColumn(name, "dsigma", sigma && logSigma?.map((by, at) => by / sigma[at]!), steps, actionCount)
      );
  }
}
