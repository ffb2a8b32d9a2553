import type { ExpressionDescription } from "../../src/loss/editing/describe.ts";
import type { NodeView, StatisticsView } from "../../src/protocol/views.ts";
import { formatNumber, formatShape } from "../format.ts";

/** The hover card of an expression: what it is, its values and its adjoint in the same form, and where from. */
export function nodeCard(node: NodeView): HTMLElement {
  const card = element("div", "tip node-card");
  const head = element("div", "node-head");
  head.append(
    element("b", "node-text", shortened(node.text)),
    element("span", "node-shape", shapeText(node)),
    element("span", "quiet", node.kind),
  );
  card.append(head);
  if (node.documentation !== "") card.append(element("div", "node-documentation quiet", node.documentation));
  card.append(...statistics(node.value, null));
  if (node.adjoint !== null) card.append(...statistics(node.adjoint, "∂loss/∂this"));
  card.append(element("div", "node-where quiet", node.where));
  return card;
}

/** The card of an expression that has no values here: what it is and its shape. */
export function descriptionCard({ text, shape, kind, documentation }: ExpressionDescription): HTMLElement {
  const card = element("div", "tip node-card");
  const head = element("div", "node-head");
  head.append(element("b", "node-text", shortened(text)), element("span", "node-shape", shape));
  head.append(element("span", "quiet", kind));
  card.append(head);
  if (documentation !== "") card.append(element("div", "node-documentation quiet", documentation));
  return card;
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function shapeText({ shape, symbolicShape }: NodeView): string {
  const concrete = formatShape(shape);
  return symbolicShape === "" || symbolicShape === concrete ? concrete : `${concrete} ${symbolicShape}`;
}

function statistics(view: StatisticsView, label: string | null): HTMLElement[] {
  const lines: HTMLElement[] = [];
  if (label !== null) lines.push(element("div", "node-label", label));
  if (view.count === 1) {
    lines.push(element("div", "number", formatNumber(view.first[0] ?? view.mean, 8)));
    return lines;
  }
  const figures: readonly (readonly [string, string])[] = [
    ["min", formatNumber(view.minimum)],
    ["mean", formatNumber(view.mean)],
    ["max", formatNumber(view.maximum)],
    ["std", formatNumber(view.deviation)],
    ["NaN", String(view.notANumber)],
    ["Inf", String(view.infinite)],
  ];
  const row = element("div", "node-figures");
  for (const [name, value] of figures) {
    const figure = element("span", "");
    figure.append(element("span", "quiet", `${name} `), element("span", "number", value));
    if ((name === "NaN" || name === "Inf") && value !== "0") figure.classList.add("bad");
    row.append(figure);
  }
  lines.push(row, element("div", "sparkline", view.sparkline));
  const more = view.count > view.first.length ? " …" : "";
  lines.push(
    element(
      "div",
      "number node-first",
      `t = 0:  ${view.first.map((value) => formatNumber(value)).join("  ")}${more}`,
    ),
  );
  return lines;
}

function element(tag: string, name: string, text?: string): HTMLElement {
  const made = document.createElement(tag);
  if (name !== "") made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}
