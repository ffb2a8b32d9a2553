import { type CriticCheck, checkCritic } from "./criticCheck.ts";
import type { PolicyOutputs, TraceEvidence, UpdateEvidence } from "./evidence.ts";
import { checkLogProbs, type LogProbCheck } from "./logProbCheck.ts";
import { explainLosses, type LossExplanation } from "./lossCheck.ts";
import { PolicyCache } from "./policy.ts";
import { type Precision, precisionOf } from "./precision.ts";
import { type Reading, readWeights } from "./reading.ts";
import type { ReadUpdate } from "./weights/readUpdate.ts";
import { explainWeights, type SearchResult } from "./weights/search.ts";
import { TargetCache } from "./weights/weightsOf.ts";

/** An update with its reading. */
export interface UpdateReading extends ReadUpdate {
  readonly reading: Reading;
}

/** One diagnosis: the evidence, and what several findings share, computed when first asked for. */
export class Session {
  readonly evidence: TraceEvidence;
  readonly policies = new PolicyCache();
  readonly targets = new TargetCache();
  readonly #known = new Map<string, unknown>();

  constructor(evidence: TraceEvidence) {
    this.evidence = evidence;
  }

  get updates(): readonly UpdateEvidence[] {
    return this.evidence.updates;
  }

  /** Rounding of what the policy put out and of log-probabilities. */
  get policyPrecision(): Precision {
    return this.once("policyPrecision", () =>
      precisionOf([
        ...this.#outputs(({ policy }) => policy),
        ...this.#outputs(({ ownPolicy }) => ownPolicy),
        this.#all(({ sampledLogProbs }) => sampledLogProbs),
        this.#all(({ logProbs }) => logProbs),
        this.#all(({ entropies }) => entropies),
      ]),
    );
  }

  /** Rounding of weights, gradients and values. */
  get weightPrecision(): Precision {
    return this.once("weightPrecision", () =>
      precisionOf([
        this.#all(({ coef }) => coef),
        this.#all(({ logitsGrad }) => logitsGrad),
        this.#all(({ muGrad }) => muGrad),
        this.#all(({ values }) => values),
        this.#all(({ valueGrad }) => valueGrad),
      ]),
    );
  }

  /** The updates whose weights can be read. */
  get readings(): readonly UpdateReading[] {
    return this.once("readings", () =>
      this.updates.flatMap((update) => {
        const reading = readWeights(update, this.policies.ofOwn(update), this.trustsOutputs);
        return reading ? [{ update, reading, observed: reading }] : [];
      }),
    );
  }

  /** Whether recorded log-probabilities are those of the recorded outputs, as far as both are there. */
  get trustsOutputs(): boolean {
    const { logProbs } = this;
    return logProbs === undefined || (logProbs.hypothesis?.id === "right" && logProbs.wrongRows.length === 0);
  }

  /** Which rule the weights follow. */
  get weights(): SearchResult {
    return this.once("weights", () => explainWeights(this.readings, this.weightPrecision, this.targets));
  }

  /** Which rule the losses follow, where no gradient was recorded. */
  get losses(): LossExplanation | undefined {
    return this.once("losses", () => explainLosses(this));
  }

  get logProbs(): LogProbCheck | undefined {
    return this.once("logProbs", () => checkLogProbs(this.updates, this.policies, this.policyPrecision));
  }

  get critic(): CriticCheck | undefined {
    return this.once("critic", () => checkCritic(this));
  }

  /** Rows of the trace that an update used. */
  rowsOf(update: UpdateEvidence): Int32Array {
    return Int32Array.from(update.places, (place) => update.context.rows[place]!);
  }

  /** One quantity of updates spread over the trace. */
  #all(pick: (update: UpdateEvidence) => Float64Array | undefined): (Float64Array | undefined)[] {
    const stride = Math.max(1, Math.floor(this.updates.length / 40));
    return this.updates.filter((_, index) => index % stride === 0).map(pick);
  }

  #outputs(pick: (update: UpdateEvidence) => PolicyOutputs | undefined): (Float64Array | undefined)[][] {
    const of = (part: (outputs: PolicyOutputs) => Float64Array | undefined) =>
      this.#all((update) => {
        const outputs = pick(update);
        return outputs && part(outputs);
      });
    return [
      of((outputs) => (outputs.kind === "categorical" ? outputs.logits : outputs.mu)),
      of((outputs) => (outputs.kind === "gaussian" ? outputs.logSigma : undefined)),
      of(({ actions }) => actions),
    ];
  }

  /** What several findings share under a name, computed when first asked for. */
  once<Value>(name: string, compute: () => Value): Value {
    if (!this.#known.has(name)) this.#known.set(name, compute());
    return this.#known.get(name) as Value;
  }
}
