import type { ExpressionDescription } from "../../loss/editing/describe.ts";
import type { NodeView, StatisticsView } from "../../protocol/views.ts";

/** The text of a hover: shape, statistics, sparkline and first values of an expression, then its adjoint. */
export function nodeText(node: NodeView): string {
  const lines = [
    `${oneLine(node.text)}   ${shapeText(node)} · ${node.kind}`,
    ...statisticsLines(node.value),
    ...firstLine(node.value),
    ...adjointLines(node),
    node.where,
  ];
  return lines.join("\n");
}

/** The same as a Markdown block that stays as it is, whatever the text holds, with the documentation below. */
export function nodeMarkdown(node: NodeView): string {
  return (
    fenced(nodeText(node)) + (node.documentation === "" ? "" : `\n\n${escapeMarkdown(node.documentation)}`)
  );
}

/** What is known of an expression without values: its shape and documentation, and why there are no values. */
export function documentationMarkdown(described: ExpressionDescription, missing: string): string {
  const { text, shape, kind, documentation } = described;
  const head = [oneLine(text), ...(shape === "" ? [] : [shape]), ...(kind === "" ? [] : [`· ${kind}`])];
  const parts = [fenced(head.join("   ").replace("   ·", " ·"))];
  for (const part of [documentation, missing]) if (part !== "") parts.push(escapeMarkdown(part));
  return parts.join("\n\n");
}

/** A fenced block whose fence is longer than any in the text. */
export function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/** Text in which no character means anything to Markdown. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!<>|~]/g, "\\$&");
}

function shapeText({ shape, symbolicShape }: NodeView): string {
  if (shape.length === 0) return "scalar";
  const concrete = `[${shape.join(", ")}]`;
  return symbolicShape === "" || symbolicShape === concrete ? concrete : `${concrete} ${symbolicShape}`;
}

/** Figures and sparkline of some values, a line each; one value alone as it is. */
export function statisticsLines(statistics: StatisticsView): string[] {
  const { count, minimum, mean, maximum, deviation, notANumber, infinite, sparkline } = statistics;
  if (count === 0) return ["empty"];
  if (count === 1) return [formatNumber(statistics.first[0] ?? mean)];
  const figures = `min ${formatNumber(minimum)}   mean ${formatNumber(mean)}   max ${formatNumber(maximum)}`;
  const rest = `std ${formatNumber(deviation)}   NaN ${notANumber}   Inf ${infinite}`;
  return [`${figures}   ${rest}`, sparkline];
}

/** The first values, where there is more than one. */
export function firstLine({ count, first }: StatisticsView): string[] {
  if (count <= 1) return [];
  const more = first.length < count ? " …" : "";
  return [`t = 0: ${first.map(formatNumber).join("  ")}${more}`];
}

function adjointLines({ text, adjoint }: NodeView): string[] {
  if (adjoint === null) return [];
  const name = `∂loss/∂${oneLine(text)}${text === "log_pi" ? " = −c" : ""}:`;
  const [figures = "", ...rest] = statisticsLines(adjoint);
  return [`${name}   ${figures}`, ...rest];
}

function oneLine(text: string): string {
  const flat = text.replaceAll(/\s+/g, " ").trim();
  return flat.length > 60 ? `${flat.slice(0, 59)}…` : flat;
}

/** Four significant digits, with a true minus sign. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value).replace("-", "−");
  const magnitude = Math.abs(value);
  const plain = magnitude === 0 || (magnitude >= 1e-4 && magnitude < 1e6);
  const text = plain ? String(Number(value.toPrecision(4))) : value.toExponential(3);
  return text.replaceAll("-", "−");
}
