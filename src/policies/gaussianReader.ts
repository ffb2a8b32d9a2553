import { normalEntropy, normalLogProbability, softplus } from "../rl/gaussian.ts";
import type { Generator } from "../rl/generator.ts";
import { standardNormal } from "../rl/normal.ts";
import type { DistributionReader } from "./distributionReader.ts";
import type { GaussianHead, GaussianHeads } from "./policy.ts";

/** Reads a diagonal Gaussian: the first d of every row's O outputs are μ, the next d the raw s of σ = eˢ or ln(1 + eˢ). */
export class GaussianReader implements DistributionReader {
  readonly #dimensions: number;
  readonly #by: GaussianHead["by"];
  readonly #outputs: number;
  #mu: Float64Array;
  #sigma: Float64Array;
  #logSigma: Float64Array;
  #logProbabilities: Float64Array;
  #entropies: Float64Array;

  constructor(dimensions: number, by: GaussianHead["by"], outputs: number, capacity: number) {
    this.#dimensions = dimensions;
    this.#by = by;
    this.#outputs = outputs;
    this.#mu = new Float64Array(capacity * dimensions);
    this.#sigma = new Float64Array(capacity * dimensions);
    this.#logSigma = new Float64Array(capacity * dimensions);
    this.#logProbabilities = new Float64Array(capacity);
    this.#entropies = new Float64Array(capacity);
  }

  reserve(rows: number): void {
    if (rows <= this.#entropies.length) return;
    const length = rows * this.#dimensions;
    this.#mu = grown(this.#mu, length);
    this.#sigma = grown(this.#sigma, length);
    this.#logSigma = grown(this.#logSigma, length);
    this.#logProbabilities = new Float64Array(rows);
    this.#entropies = new Float64Array(rows);
  }

  readRow(outputs: Float64Array, row: number): void {
    const dimensions = this.#dimensions;
    const from = row * this.#outputs;
    for (let i = 0; i < dimensions; i++) {
      const to = row * dimensions + i;
      const raw = outputs[from + dimensions + i]!;
      this.#mu[to] = outputs[from + i]!;
      if (this.#by === "exp") {
        this.#logSigma[to] = raw;
        this.#sigma[to] = Math.exp(raw);
      } else {
        const sigma = softplus(raw);
        this.#sigma[to] = sigma;
        this.#logSigma[to] = Math.log(sigma);
      }
    }
  }

  sample(row: number, generator: Generator, actions: Float64Array): boolean {
    let areNumbers = true;
    for (let at = row * this.#dimensions; at < (row + 1) * this.#dimensions; at++) {
      actions[at] = this.#mu[at]! + this.#sigma[at]! * standardNormal(generator);
      areNumbers &&= Number.isFinite(actions[at]);
    }
    return areNumbers;
  }

  heads(actions: Float64Array, steps: number): GaussianHeads {
    const dimensions = this.#dimensions;
    for (let t = 0; t < steps; t++) {
      let logProbability = 0;
      let entropy = 0;
      for (let at = t * dimensions; at < (t + 1) * dimensions; at++) {
        logProbability += normalLogProbability(actions[at]!, this.#mu[at]!, this.#logSigma[at]!);
        entropy += normalEntropy(this.#logSigma[at]!);
      }
      this.#logProbabilities[t] = logProbability;
      this.#entropies[t] = entropy;
    }
    return {
      mu: this.#mu.subarray(0, steps * dimensions),
      sigma: this.#sigma.subarray(0, steps * dimensions),
      logSigma: this.#logSigma.subarray(0, steps * dimensions),
      logProbabilities: this.#logProbabilities.subarray(0, steps),
      entropies: this.#entropies.subarray(0, steps),
    };
  }
}

function grown(array: Float64Array, length: number): Float64Array {
  const larger = new Float64Array(length);
  larger.set(array);
  return larger;
}
