import type { Console } from "./output.ts";
import { timeLeft } from "./timeLeft.ts";

const everyMilliseconds = 100;

/** How far something countable is, on one line of a terminal that is drawn again and then cleared; nothing elsewhere. */
export class CountLine {
  readonly #console: Console;
  readonly #noun: string;
  readonly #started = performance.now();
  #drawn = Number.NEGATIVE_INFINITY;
  #width = 0;

  constructor(console: Console, noun: string) {
    this.#console = console;
    this.#noun = noun;
  }

  draw(done: number, all: number): void {
    const now = performance.now();
    if (!this.#console.isTerminal || now - this.#drawn < everyMilliseconds) return;
    this.#drawn = now;
    const text = `${done} of ${all} ${this.#noun}${timeLeft(done, all, now - this.#started)}`;
    this.#console.out(`\r${text.padEnd(this.#width)}`);
    this.#width = text.length;
  }

  clear(): void {
    if (this.#width > 0) this.#console.out(`\r${" ".repeat(this.#width)}\r`);
    this.#width = 0;
  }
}
