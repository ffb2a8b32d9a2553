import { freeColumnSize, traceLimits } from "./limits.ts";
import { LineProblem } from "./traceError.ts";

/** One quantity over all steps: [N × width], NaN where a step does not give it. */
export class Column {
  readonly name: string;
  /** Numbers per step, set by the first step that gives it; 0 while none has. */
  width = 0;
  /** How many steps give it. */
  given = 0;
  #data = new Float64Array(0);

  constructor(name: string) {
    this.name = name;
  }

  /** Stores one number for a step. `bytesRead` bounds what may be allocated. */
  set(step: number, value: number, bytesRead: number): void {
    if (this.width !== 1) this.#setWidth(1);
    this.#reserve(step, bytesRead);
    this.#data[step] = value;
    this.given++;
  }

  /** Stores `width` numbers of `values`, from `offset` on, for a step. */
  setRow(
    step: number,
    values: ArrayLike<number>,
    bytesRead: number,
    offset = 0,
    width: number = values.length,
  ): void {
    if (this.width !== width) this.#setWidth(width);
    this.#reserve(step, bytesRead);
    const start = step * width;
    for (let k = 0; k < width; k++) this.#data[start + k] = values[offset + k]!;
    this.given++;
  }

  /** The value of a step (its first number); NaN where it is not given. */
  at(step: number, index = 0): number {
    return this.width === 0 ? Number.NaN : (this.#data[step * this.width + index] ?? Number.NaN);
  }

  #setWidth(width: number): void {
    if (this.width !== 0) {
      throw new LineProblem(
        `${this.name} has ${width} numbers here and ${this.width} before; a trace has one width`,
      );
    }
    if (width === 0) throw new LineProblem(`${this.name} is an empty list`);
    if (width > traceLimits.rowWidth) {
      throw new LineProblem(`${this.name} has more than ${traceLimits.rowWidth} numbers`);
    }
    this.width = width;
  }

  #reserve(step: number, bytesRead: number): void {
    const needed = (step + 1) * this.width;
    if (needed <= this.#data.length) return;
    if (needed > Math.max(freeColumnSize, 8 * bytesRead)) {
      throw new LineProblem(
        `${this.name} is missing on most steps before; give it on every step, or on none`,
      );
    }
    const grown = new Float64Array(Math.max(needed, 2 * this.#data.length, 1024));
    grown.set(this.#data);
    grown.fill(Number.NaN, this.#data.length);
    this.#data = grown;
  }
}
