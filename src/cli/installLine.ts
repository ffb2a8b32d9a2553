import { formatBytes, type InstallProgress } from "../engine/runtimes/work.ts";
import { type Console, jsonLine } from "./output.ts";

const everyMilliseconds = 100;

/** How an installation goes: one line a step, redrawn with its share in a terminal. */
export class InstallLine {
  readonly #console: Console;
  readonly #isJson: boolean;
  #step = "";
  #lastDrawn = 0;
  #width = 0;

  constructor(console: Console, isJson: boolean) {
    this.#console = console;
    this.#isJson = isJson;
  }

  update(progress: InstallProgress): void {
    const isNew = progress.step !== this.#step;
    const now = performance.now();
    const isDue = this.#console.isTerminal && now - this.#lastDrawn >= everyMilliseconds;
    if (!isNew && !isDue && progress.done !== progress.total) return;
    if (this.#isJson) {
      if (isNew) this.#console.out(jsonLine({ step: progress.step }));
    } else if (this.#console.isTerminal) this.#redraw(progress, isNew);
    else if (isNew) this.#console.out(`${progress.step}\n`);
    this.#step = progress.step;
    this.#lastDrawn = now;
  }

  /** Ends the line that is being redrawn. */
  end(): void {
    if (this.#width > 0) this.#console.out("\n");
    this.#width = 0;
  }

  #redraw({ step, done, total }: InstallProgress, isNew: boolean): void {
    if (isNew) this.end();
    const share =
      done === undefined ? "" : total ? ` ${Math.floor((100 * done) / total)} %` : ` ${formatBytes(done)}`;
    const text = `${step}${share}`.slice(0, this.#console.columns - 1);
    this.#console.out(`\r${text.padEnd(this.#width)}`);
    this.#width = text.length;
  }
}
