/** Characters that are not held back any longer. */
const most = 2 ** 16;

/** Gathers text within a turn of the event loop and writes it at once: a write for each line would cost more than making the line. */
export class LineBuffer {
  readonly #out: (text: string) => void;
  #waiting = "";

  constructor(out: (text: string) => void) {
    this.#out = out;
  }

  add(text: string): void {
    if (this.#waiting === "") setImmediate(() => this.flush());
    this.#waiting += text;
    if (this.#waiting.length > most) this.flush();
  }

  /** Writes what waits. */
  flush(): void {
    const text = this.#waiting;
    this.#waiting = "";
    if (text !== "") this.#out(text);
  }
}
