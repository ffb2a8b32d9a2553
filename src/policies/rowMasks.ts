import type { Generator } from "../rl/generator.ts";

/** Bytes of one row's mask: a bit for every unit of the hidden layers, one layer after the other. */
export function maskBytes(hidden: readonly number[]): number {
  return Math.ceil(hidden.reduce((sum, size) => sum + size, 0) / 8);
}

/**
 * Dropout after torch.nn.Dropout: at every row each hidden unit is kept with probability 1 − p and then counts
 * 1/(1 − p)-fold. The masks [rows × bytes] belong to the rows that acted, so that the pass which is differentiated is the
 * one that acted; without masks nothing is dropped, as in evaluation.
 */
export class RowMasks {
  /** 1/(1 − p). */
  readonly scale: number;
  readonly #probability: number;
  readonly #units: number;
  readonly #bytes: number;
  /** The first unit of every hidden layer. */
  readonly #firstUnits: readonly number[];
  #bits: Uint8Array;
  #isActive = false;

  constructor(hidden: readonly number[], probability: number, capacity: number) {
    this.scale = 1 / (1 - probability);
    this.#probability = probability;
    this.#units = hidden.reduce((sum, size) => sum + size, 0);
    this.#bytes = maskBytes(hidden);
    this.#firstUnits = hidden.map((_, layer) => hidden.slice(0, layer).reduce((sum, size) => sum + size, 0));
    this.#bits = new Uint8Array(capacity * this.#bytes);
  }

  /** Whether units are dropped at all: once masks were drawn or given. */
  get isActive(): boolean {
    return this.#isActive;
  }

  reserve(rows: number): void {
    if (rows * this.#bytes <= this.#bits.length) return;
    const larger = new Uint8Array(rows * this.#bytes);
    larger.set(this.#bits);
    this.#bits = larger;
  }

  /** Draws the mask of a row: one number of the generator for every unit. */
  draw(row: number, generator: Generator): void {
    this.#isActive = true;
    const start = row * this.#bytes;
    this.#bits.fill(0, start, start + this.#bytes);
    for (let unit = 0; unit < this.#units; unit++) {
      if (generator.uniform() >= this.#probability) this.#bits[start + (unit >> 3)]! |= 1 << (unit & 7);
    }
  }

  /** Takes over masks that were drawn before; rows beyond them keep nothing. Undefined: nothing is dropped. */
  set(masks: Uint8Array | undefined): void {
    this.#isActive = masks !== undefined;
    this.#bits.fill(0);
    if (masks) this.#bits.set(masks);
  }

  /** A copy of the masks of the first rows. */
  rows(count: number): Uint8Array {
    return this.#bits.slice(0, count * this.#bytes);
  }

  /** 0 for a dropped unit of a hidden layer, else `scale`. */
  factor(row: number, layer: number, unit: number): number {
    const place = this.#firstUnits[layer]! + unit;
    return (this.#bits[row * this.#bytes + (place >> 3)]! >> (place & 7)) & 1 ? this.scale : 0;
  }
}
