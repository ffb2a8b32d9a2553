/** The returns of the last 100 episodes. */
export class ReturnWindow {
  readonly #values: number[] = [];

  push(value: number): void {
    this.#values.push(value);
    if (this.#values.length > 100) this.#values.shift();
  }

  /** Mean of what there is (fewer than 100 at the start), summed from the oldest; NaN before the first. */
  mean(): number {
    let sum = 0;
    for (const value of this.#values) sum += value;
    return sum / this.#values.length;
  }

  /** Whether 100 episodes have an average of at least `threshold`. */
  reaches(threshold: number | undefined): boolean {
    return threshold !== undefined && this.#values.length === 100 && this.mean() >= threshold;
  }

  values(): Float64Array {
    return Float64Array.from(this.#values);
  }

  restore(values: ArrayLike<number>): void {
    this.#values.length = 0;
    for (let index = 0; index < values.length; index++) this.#values.push(values[index]!);
  }
}
