import type { Clock } from "../clock.ts";

/** Milliseconds without a question that count as quiet, and those after which it is not waited for any longer. */
const quiet = 60;
const longest = 2000;

/** Waits until questions that are under way have been answered and no other has followed for a moment. */
export class QuietWait {
  readonly #clock: Clock;
  #underWay = 0;
  #last = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts an answer that is being waited for. */
  async during<Answer>(answer: Promise<Answer>): Promise<Answer> {
    this.#underWay++;
    try {
      return await answer;
    } finally {
      this.#underWay--;
      this.#last = this.#clock.now();
    }
  }

  async quiet(): Promise<void> {
    const begun = this.#clock.now();
    const isOver = () => {
      const now = this.#clock.now();
      const isQuiet = this.#underWay === 0 && now - Math.max(this.#last, begun) >= quiet;
      return isQuiet || now - begun >= longest;
    };
    while (!isOver()) await new Promise<void>((resolve) => this.#clock.after(quiet, resolve));
  }
}
