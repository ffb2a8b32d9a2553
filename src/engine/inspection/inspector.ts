import { type CandidateWeights, candidateWeights } from "../../diagnosis/match.ts";
import { judge, type Verdict } from "../../diagnosis/verdict.ts";
import type { Diagnostic } from "../../loss/diagnostic.ts";
import { KernelsBackend } from "../../policies/kernels.ts";
import type { Gradient, Heads } from "../../policies/policy.ts";
import { discountedReturns, discountPowers } from "../../rl/returns.ts";
import type { FrozenUpdate } from "../frozenUpdate.ts";
import { countEpisodes } from "../lossInputs.ts";
import { type BatchEvaluation, evaluateToInspect, readLossText } from "../lossOnBatch.ts";
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
    const { observations, actions, steps } = frozen.batch;
    this.heads = this.backend.forward(observations, actions, steps);
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
    const read = readLossText(text);
    if (!read.ok) return read;
    const { batch, gamma, learningRate } = this.frozen;
    const evaluated = evaluateToInspect(read.compiled, { batch, heads: this.heads, gamma, learningRate });
    if (!evaluated.ok) return { ok: false, diagnostics: [...read.diagnostics, ...evaluated.diagnostics] };
    return { ok: true, loss: this.#follow(text, evaluated), diagnostics: read.diagnostics };
  }

  /** A column [T] of the step table under a loss. Undefined for an unknown name. */
  column(loss: InspectedLoss, name: string): Float64Array | undefined {
    const known = this.#columns.get(name) ?? this.#lossColumns.get(loss)?.get(name);
    if (known) return known;
    const base = this.#baseColumn(name);
    if (base) {
      this.#columns.set(name, base);
      return base;
    }
    const values = lossColumn(loss, name, this.frozen.batch.actionCount);
    if (values) {
      const columns = this.#lossColumns.get(loss) ?? new Map<string, Float64Array>();
      this.#lossColumns.set(loss, columns.set(name, values));
    }
    return values;
  }

  #follow(text: string, evaluation: BatchEvaluation): InspectedLoss {
    const { steps } = this.frozen.batch;
    const computed = this.backend.backward(evaluation.logitsGradient, steps);
    const gradient = { gradient: computed.gradient.slice(), stepNorms: computed.stepNorms.slice(0, steps) };
    const projections = this.backend.project(steps).slice(0, steps);
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
    return judge(
      {
        ...about,
        logitsGradient: evaluation.logitsGradient,
        logPiAdjoint: evaluation.adjoints.log_pi,
        entropyAdjoint: evaluation.adjoints.entropy,
        directGradient: evaluation.directGradient,
      },
      this.#candidates,
    );
  }

  /** What a verdict needs of the batch, whatever the loss. */
  #verdictBatch() {
    const { batch, gamma } = this.frozen;
    const { steps, actionCount, actions, rewards, time } = batch;
    return {
      steps,
      actionCount,
      actions,
      rewards,
      time,
      gamma,
      ends: batch,
      episodes: countEpisodes(batch),
      probabilities: this.heads.probabilities,
      entropies: this.heads.entropies,
      chosenProbabilities: this.#chosen(),
    };
  }

  /** π(A_t|S_t) [T]. */
  #chosen(): Float64Array {
    const { actions, actionCount } = this.frozen.batch;
    return Float64Array.from(actions, (action, t) => this.heads.probabilities[t * actionCount + action]!);
  }

  #baseColumn(name: string): Float64Array | undefined {
    const { batch, gamma } = this.frozen;
    const { steps, actionCount, observationSize } = batch;
    switch (name) {
      case "step":
        return Float64Array.from({ length: steps }, (_, step) => step);
      case "episode":
        return batch.episodes;
      case "t":
        return batch.time;
      case "action":
        return batch.actions;
      case "reward":
        return batch.rewards;
      case "G":
        return discountedReturns(batch.rewards, gamma, batch);
      case "gamma_t":
        return discountPowers(batch.time, gamma);
      case "log_pi":
        return this.heads.logProbabilities.slice(0, steps);
      case "entropy":
        return this.heads.entropies.slice(0, steps);
      case "terminated":
        return Float64Array.from(batch.terminated);
      case "truncated":
        return Float64Array.from(batch.truncated);
      default:
        return (
          stride(name, "pi", this.heads.probabilities, steps, actionCount) ??
          stride(name, "logit", this.heads.logits, steps, actionCount) ??
          stride(name, "obs", batch.observations, steps, observationSize)
        );
    }
  }
}

function lossColumn(loss: InspectedLoss, name: string, actionCount: number): Float64Array | undefined {
  const { stepNorms } = loss.gradient;
  switch (name) {
    case "weight":
      return loss.verdict.fingerprint.weights;
    case "entropy_weight":
      return loss.verdict.fingerprint.entropyWeights;
    case "size":
      return stepNorms;
    case "share":
      return loss.projections.map((projection) => projection / loss.gradientNorm ** 2);
    default:
      return (
        loss.terms.columns.find((term) => term.column === name)?.values ??
        stride(name, "dlogit", loss.evaluation.logitsGradient, stepNorms.length, actionCount)
      );
  }
}

/** Column "group[k]" of a [steps × width] matrix; undefined for another name. */
function stride(
  name: string,
  group: string,
  matrix: Float64Array,
  steps: number,
  width: number,
): Float64Array | undefined {
  if (!name.startsWith(`${group}[`) || !name.endsWith("]")) return undefined;
  const index = Number(name.slice(group.length + 1, -1));
  if (!Number.isInteger(index) || index < 0 || index >= width) return undefined;
  const column = new Float64Array(steps);
  for (let t = 0; t < steps; t++) column[t] = matrix[t * width + index]!;
  return column;
}
