import type { UpdateSummary } from "../runs/summary.ts";
import type { Console } from "./output.ts";

const everyMilliseconds = 100;

/** The line that tells how training goes: redrawn in a terminal, a line every five seconds elsewhere. */
export class LiveLine {
  readonly #console: Console;
  readonly #silent: boolean;
  #lastDrawn = 0;
  #lastSteps = 0;
  #rate = Number.NaN;
  #width = 0;
  #latest: UpdateSummary | undefined;

  constructor(console: Console, silent: boolean) {
    this.#console = console;
    this.#silent = silent;
  }

  update(summary: UpdateSummary): void {
    this.#latest = summary;
    if (this.#silent) return;
    const now = performance.now();
    const interval = this.#console.isTerminal ? everyMilliseconds : 5000;
    if (now - this.#lastDrawn < interval) return;
    if (this.#lastDrawn > 0)
      this.#rate = ((summary.steps - this.#lastSteps) / (now - this.#lastDrawn)) * 1000;
    this.#lastDrawn = now;
    this.#lastSteps = summary.steps;
    this.#draw(summary);
  }

  /** Draws the last state and ends the line. */
  end(): void {
    if (this.#silent || !this.#latest) return;
    this.#draw(this.#latest);
    if (this.#console.isTerminal) this.#console.out("\n");
  }

  #draw(summary: UpdateSummary): void {
    const rate = Number.isNaN(this.#rate)
      ? ""
      : `  ${Math.round(this.#rate).toLocaleString("en-US")} steps/s`;
    const text = `episode ${summary.episode}  return ${summary.return}  average of 100: ${summary.averageReturn100.toFixed(1)}${rate}`;
    if (!this.#console.isTerminal) {
      this.#console.out(`${text}\n`);
      return;
    }
    this.#console.out(`\r${text.padEnd(this.#width)}`);
    this.#width = text.length;
  }
}
