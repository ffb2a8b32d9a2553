import type { Console } from "../output.ts";
import { timeLeft } from "../timeLeft.ts";

/** How a sweep goes: a line for each trial that ended, and below it in a terminal how many are left. */
export class ProgressLine {
  readonly #console: Console;
  readonly #all: number;
  readonly #started = performance.now();
  readonly #before: number;
  #done: number;
  #failed = 0;
  #width = 0;

  /** `before`: trials that an earlier sweep of the folder did. */
  constructor(console: Console, all: number, before: number) {
    this.#console = console;
    this.#all = all;
    this.#before = before;
    this.#done = before;
  }

  /** A trial ended. */
  add(text: string, isFailed: boolean): void {
    this.#done++;
    if (isFailed) this.#failed++;
    this.clear();
    this.#console.out(`[${this.#done}/${this.#all}] ${text}\n`);
    this.draw();
  }

  draw(): void {
    if (!this.#console.isTerminal || this.#done === this.#all) return;
    const failed = this.#failed === 0 ? "" : ` · ${this.#failed} failed`;
    const whole = `${this.#done} of ${this.#all} trials${failed}${this.#left()}`;
    // A terminal that does not know its width says 0.
    const text = this.#console.columns > 1 ? whole.slice(0, this.#console.columns - 1) : whole;
    this.#console.out(`\r${text.padEnd(this.#width)}`);
    this.#width = text.length;
  }

  clear(): void {
    if (this.#width > 0) this.#console.out(`\r${" ".repeat(this.#width)}\r`);
    this.#width = 0;
  }

  #left(): string {
    const done = this.#done - this.#before;
    return timeLeft(done, this.#all - this.#before, performance.now() - this.#started);
  }
}
