import type { MathView } from "../../src/protocol/views.ts";

const mathNamespace = "http://www.w3.org/1998/Math/MathML";

/** Builds MathML element by element, so that no text is ever read as markup. */
export function mathElement(view: MathView, page: Document): Element {
  const element = page.createElementNS(mathNamespace, view.tag);
  if (view.title !== undefined) element.setAttribute("data-meaning", view.title);
  if (view.text !== undefined) element.textContent = view.text;
  else element.append(...(view.children ?? []).map((child) => mathElement(child, page)));
  return element;
}

/** What the symbol at an event's target is: its own meaning, or that of what it is a part of; else the empty text. */
export function meaningAt(target: EventTarget | null): string {
  const element = target instanceof Element ? target.closest("[data-meaning]") : null;
  return element?.getAttribute("data-meaning") ?? "";
}
