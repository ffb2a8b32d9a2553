import type { CellExplanation } from "../../src/protocol/views.ts";
import { formatExact } from "../format.ts";

/** Milliseconds that a pointer must rest on a cell. */
const restTime = 300;

/** The small window over a cell: its full value and the formula with the numbers put in. */
export class CellTip {
  readonly #element: HTMLElement;
  readonly #explain: (step: number, column: string) => Promise<CellExplanation | null>;
  #wish = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    owner: HTMLElement,
    explain: (step: number, column: string) => Promise<CellExplanation | null>,
  ) {
    this.#explain = explain;
    this.#element = document.createElement("div");
    this.#element.className = "tip cell-tip";
    this.#element.setAttribute("role", "status");
    this.#element.hidden = true;
    owner.append(this.#element);
  }

  show(cell: HTMLElement, step: number, column: string, atOnce: boolean): void {
    const wish = `${step} ${column}`;
    if (wish === this.#wish && !atOnce) return;
    this.hide();
    this.#wish = wish;
    this.#timer = setTimeout(() => void this.#open(cell, step, column, wish), atOnce ? 0 : restTime);
  }

  hide(): void {
    clearTimeout(this.#timer);
    this.#wish = "";
    this.#element.hidden = true;
  }

  async #open(cell: HTMLElement, step: number, column: string, wish: string): Promise<void> {
    const explanation = await this.#explain(step, column);
    if (explanation === null || this.#wish !== wish) return;
    this.#element.replaceChildren(
      line("tip-value", formatExact(explanation.value)),
      line("tip-formula", explanation.formula),
      line("tip-numbers", explanation.numbers),
    );
    this.#element.hidden = false;
    this.#place(cell.getBoundingClientRect());
  }

  /** Under the cell, or over it where there is no room, and never past the page's sides. */
  #place(anchor: DOMRect): void {
    const { offsetWidth, offsetHeight } = this.#element;
    const left = Math.min(anchor.left, innerWidth - offsetWidth - 8);
    const below = anchor.bottom + 4;
    const top = below + offsetHeight > innerHeight ? anchor.top - offsetHeight - 4 : below;
    this.#element.style.transform = `translate(${Math.max(8, Math.round(left))}px, ${Math.round(top)}px)`;
  }
}

function line(name: string, text: string): HTMLElement {
  const element = document.createElement("div");
  element.className = name;
  element.textContent = text;
  return element;
}
