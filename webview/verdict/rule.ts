import type { MathView } from "../../src/protocol/views.ts";

const mathNamespace = "http://www.w3.org/1998/Math/MathML";

const fences: ReadonlySet<string> = new Set(["(", ")", "[", "]", "|"]);

/** Operators with room before and behind them, in em. */
const spaced: Readonly<Record<string, readonly [before: string, behind: string]>> = {
  "∇": ["0.17em", "0em"],
  ln: ["0.12em", "0.17em"],
};

/** Builds MathML element by element, so that no text is ever read as markup. Brackets grow around fractions alone. */
export function mathElement(view: MathView, page: Document, isAroundFraction = false): Element {
  const element = page.createElementNS(mathNamespace, view.tag);
  if (view.title !== undefined) element.setAttribute("data-meaning", view.title);
  if (view.tag === "mo") shapeOperator(element, view.text ?? "", isAroundFraction);
  if (view.text !== undefined) element.textContent = view.text;
  else {
    const children = view.children ?? [];
    const isTall = children.some(holdsFraction);
    element.append(...children.map((child) => mathElement(child, page, isTall)));
  }
  return element;
}

function shapeOperator(element: Element, text: string, isAroundFraction: boolean): void {
  if (fences.has(text) && !isAroundFraction) element.setAttribute("stretchy", "false");
  const space = Object.hasOwn(spaced, text) ? spaced[text] : undefined;
  if (space === undefined) return;
  element.setAttribute("lspace", space[0]);
  element.setAttribute("rspace", space[1]);
}

function holdsFraction({ tag, children = [] }: MathView): boolean {
  return tag === "mfrac" || children.some(holdsFraction);
}

/** What the symbol at an event's target is: its own meaning, or that of what it is a part of; else the empty text. */
export function meaningAt(target: EventTarget | null): string {
  const element = target instanceof Element ? target.closest("[data-meaning]") : null;
  return element?.getAttribute("data-meaning") ?? "";
}
