import { entropy, logProbability, sampleCategorical, softmax } from "../rl/categorical.ts";
import type { Generator } from "../rl/generator.ts";
import type { DistributionReader } from "./distributionReader.ts";
import type { CategoricalHeads } from "./policy.ts";

/** Reads logits: the first K of every row's O outputs. Where they are all there is, they are read in place. */
export class CategoricalReader implements DistributionReader {
  readonly #count: number;
  readonly #outputs: number;
  #logits: Float64Array;
  #probabilities: Float64Array;
  #logSums: Float64Array;
  #logProbabilities: Float64Array;
  #entropies: Float64Array;

  constructor(count: number, outputs: number, capacity: number) {
    this.#count = count;
    this.#outputs = outputs;
    this.#logits = new Float64Array(count === outputs ? 0 : capacity * count);
    this.#probabilities = new Float64Array(capacity * count);
    this.#logSums = new Float64Array(capacity);
    this.#logProbabilities = new Float64Array(capacity);
    this.#entropies = new Float64Array(capacity);
  }

  reserve(rows: number): void {
    if (rows <= this.#logSums.length) return;
    const count = this.#count;
    if (count !== this.#outputs) this.#logits = grown(this.#logits, rows * count);
    this.#probabilities = grown(this.#probabilities, rows * count);
    this.#logSums = grown(this.#logSums, rows);
    this.#logProbabilities = new Float64Array(rows);
    this.#entropies = new Float64Array(rows);
  }

  readRow(outputs: Float64Array, row: number): void {
    const count = this.#count;
    if (count === this.#outputs) this.#logits = outputs;
    else {
      const from = row * this.#outputs;
      for (let k = 0; k < count; k++) this.#logits[row * count + k] = outputs[from + k]!;
    }
    this.#logSums[row] = softmax(this.#logits, row * count, count, this.#probabilities);
  }

  sample(row: number, generator: Generator, actions: Float64Array): boolean {
    const count = this.#count;
    const action = sampleCategorical(this.#probabilities, row * count, count, generator.uniform());
    actions[row] = action;
    return action >= 0;
  }

  heads(actions: Float64Array, steps: number): CategoricalHeads {
    const count = this.#count;
    const logits = this.#logits;
    const probabilities = this.#probabilities;
    for (let t = 0; t < steps; t++) {
      const row = t * count;
      const logSum = this.#logSums[t]!;
      this.#logProbabilities[t] = logProbability(logits, row, count, logSum, actions[t]!);
      this.#entropies[t] = entropy(logits, probabilities, row, count, logSum);
    }
    return {
      logits: logits.subarray(0, steps * count),
      probabilities: probabilities.subarray(0, steps * count),
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
