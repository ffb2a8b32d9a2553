import { type CandidateWeights, candidateWeights } from "../../diagnosis/match.ts";
import { judge, type Verdict } from "../../diagnosis/verdict.ts";
import type { Diagnostic } from "../../loss/diagnostic.ts";
import { KernelsBackend } from "../../policies/kernels.ts";
import type { Gradient, Heads } from "../../policies/policy.ts";
import { followingRows, withoutFollowing } from "../../policies/valueHead.ts";
import type { Batch } from "../../rl/batch.ts";
import { seenObservations } from "../../rl/seenObservations.ts";
import { addCarried } from "../carriedTraces.ts";
import type { FrozenUpdate } from "../frozenUpdate.ts";
import { countEpisodes } from "../lossInputs.ts";
import { type BatchEvaluation, evaluateToInspect, readLossText } from "../lossOnBatch.ts";
import { baseColumn, matrixColumn } from "./baseColumn.ts";
import { perStepTerms, type StepTerms } from "./terms.ts";

/** One loss on one frozen batch, with everything that follows from it. */
export interface InspectedLoss {
  readonly text: string;
  readonly evaluation: BatchEvaluation;
  readonly gradient: Gradient;
  /** ‖g‖ before any clipping. */
  readonly gradientNorm: number;
  /** g_t·g [T]. */
  readonly projections: Float64Array;
  readonly terms: StepTerms;
  readonly verdict: Verdict;
}

export type Inspection =
  | { readonly ok: true; readonly loss: InspectedLoss; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * One update opened: its heads are computed once, then any number of losses are held against the same batch.
 * Numbers of the trainer's own loss are bit for bit the trainer's.
 */
export class Inspector {
  readonly frozen: FrozenUpdate;
  readonly heads: Heads;
  readonly backend: KernelsBackend;
  #trainer: InspectedLoss | undefined;
  #candidates: readonly CandidateWeights[] | undefined;
  readonly #columns = new Map<string, Float64Array>();
  readonly #lossColumns = new WeakMap<InspectedLoss, Map<string, Float64Array>>();

  constructor(frozen: FrozenUpdate) {
    this.frozen = frozen;
    this.backend = new KernelsBackend(frozen.specification);
    this.backend.setTheta(frozen.theta);
    const { actions, steps } = frozen.batch;
    const heads = this.backend.forward(seenObservations(frozen.batch), actions, steps, frozen.batch);
    this.heads = frozen.batch.rows === undefined ? heads : withoutFollowing(heads);
  }

  /** The trainer's own loss on this batch. */
  get trainer(): InspectedLoss {
    if (!this.#trainer) {
      const inspection = this.inspect(this.frozen.loss);
      if (!inspection.ok)
        throw new Error(`the trainer's own loss has errors: ${inspection.diagnostics[0]?.message}`);
      this.#trainer = inspection.loss;
    }
    return this.#trainer;
  }

  /** Another loss on this batch; wrong text is a value with diagnostics. */
  inspect(text: string): Inspection {
    const { specification } = this.frozen;
    const read = readLossText(text, specification, this.frozen.batch.rows !== undefined);
    if (!read.ok) return read;
    const { batch, gamma, learningRate } = this.frozen;
    const source = { batch, heads: this.heads, specification, gamma, learningRate };
    const evaluated = evaluateToInspect(read.compiled, source);
    if (!evaluated.ok) return { ok: false, diagnostics: [...read.diagnostics, ...evaluated.diagnostics] };
    return { ok: true, loss: this.#follow(text, evaluated), diagnostics: read.diagnostics };
  }

  /** A column [T] of the step table under a loss. Undefined for an unknown name. */
  column(loss: InspectedLoss, name: string): Float64Array | undefined {
    const known = this.#columns.get(name) ?? this.#lossColumns.get(loss)?.get(name);
    if (known) return known;
    const base = baseColumn(this.frozen, this.heads, name);
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

  #follow(text: string, evaluation: BatchEvaluation): InspectedLoss {
    const { steps } = this.frozen.batch;
    const { outputs, rows } = evaluation.gradient;
    const computed = this.backend.backward(outputs, rows);
    addCarried(this.frozen.batch.carried, evaluation.heads, (trace, weight) =>
      this.backend.addToGradient(trace, weight),
    );
    const gradient = { gradient: computed.gradient.slice(), stepNorms: computed.stepNorms.slice(0, steps) };
    const projections = projectionsOfSteps(this.backend.project(rows), this.frozen.batch);
    let square = 0;
    for (const value of gradient.gradient) square += value * value;
    return {
      text,
      evaluation,
      gradient,
      gradientNorm: Math.sqrt(square),
      projections,
      terms: perStepTerms(evaluation, steps),
      verdict: this.#judge(evaluation),
    };
  }

  #judge(evaluation: BatchEvaluation): Verdict {
    const about = this.#verdictBatch();
    this.#candidates ??= candidateWeights(about);
    return judge({ ...about, ...this.#fingerprintInput(evaluation) }, this.#candidates);
  }

  #fingerprintInput({ gradient, direct, adjoints, heads: { traces } }: BatchEvaluation) {
    const named = {
      traceAdjoints: this.frozen.batch.carried && traces,
      logPiAdjoint: adjoints.log_pi,
      entropyAdjoint: adjoints.entropy,
      valueAdjoint: adjoints.V,
      nextValueAdjoint: adjoints.V_next,
    };
    const { heads } = this;
    const { actions, actionCount } = this.frozen.batch;
    if (heads.logits !== undefined) {
      const { probabilities } = heads;
      const outputs = { logitsGradient: gradient.logits!, directGradient: direct?.logits };
      return { ...named, actionCount, actions, probabilities, ...outputs };
    }
    const { mu, logSigma } = heads;
    const whole = { mu: gradient.mu!, logSigma: gradient.logSigma! };
    const part = direct && { mu: direct.mu!, logSigma: direct.logSigma! };
    return {
      ...named,
      gaussian: { dimensions: actionCount, actions, mu, logSigma, gradient: whole, direct: part },
    };
  }

  /** What a verdict needs of the batch, whatever the loss. */
  #verdictBatch() {
    const { batch, gamma } = this.frozen;
    const { steps, rewards, time, recorded } = batch;
    const { entropies, logProbabilities, values, nextValues } = this.heads;
    return {
      steps,
      rewards,
      time,
      gamma,
      ends: batch,
      episodes: countEpisodes(batch),
      entropies,
      chosenProbabilities: this.#chosen() ?? logProbabilities.map(Math.exp),
      values,
      nextValues,
      advantages: recorded?.adv,
      recordedReturns: recorded?.G_recorded,
      ratios: recorded?.log_pi_old?.map((old, t) => Math.exp(logProbabilities[t]! - old)),
    };
  }

  /** π(A_t|S_t) [T] of a categorical policy. */
  #chosen(): Float64Array | undefined {
    const { actions, actionCount } = this.frozen.batch;
    const { probabilities } = this.heads;
    return (
      probabilities && Float64Array.from(actions, (action, t) => probabilities[t * actionCount + action]!)
    );
  }
}

/** g_t·g [T], where a cut step answers for its final observation too. */
function projectionsOfSteps(projections: Float64Array, batch: Batch): Float64Array {
  const { steps } = batch;
  const own = projections.slice(0, steps);
  if (projections.length <= steps) return own;
  for (const [t, row] of followingRows(batch, steps).entries()) {
    if (row >= steps) own[t]! += projections[row]!;
  }
  return own;
}

function lossColumn(
  loss: InspectedLoss,
  { sigma }: Heads,
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
