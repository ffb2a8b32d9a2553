import { lex } from "../lex.ts";
import { parseLoss } from "../parse.ts";
import { splitRules } from "../ruleLines.ts";
import { layOutLines } from "./formatLines.ts";

/**
 * A loss text in the house's spelling: one space around operators and after commas, none around powers and inside
 * brackets, continued lines stand in, comments keep their column and equals signs their alignment. Formatting twice
 * gives the same, and the program that is read stays the same. Undefined where the text cannot be parsed.
 */
export function formatLoss(text: string): string | undefined {
  const { rest, rules } = splitRules(text);
  const { program, diagnostics } = parseLoss(rest);
  const nothingElse = diagnostics.every(({ code }) => code === "empty");
  if (program === undefined && !nothingElse) return undefined;
  const formatted = withoutBlankEdges(layOutLines(text, lex(rest).tokens, rules));
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  return isSame(text, formatted) ? formatted.replaceAll("\n", lineEnd) : undefined;
}

/** One blank line where there were several, none at the start, and one line end at the end. */
function withoutBlankEdges(lines: readonly string[]): string {
  const kept = lines.filter((line, at) => line !== "" || (at > 0 && lines[at - 1] !== ""));
  const text = kept.join("\n").trim();
  return text === "" ? "" : `${text}\n`;
}

/** Whether two texts give the same tokens, of which lines end in the same places. */
function isSame(before: string, after: string): boolean {
  const [first, second] = [spelling(before), spelling(after)];
  return first.length === second.length && first.every((token, at) => token === second[at]);
}

function spelling(text: string): readonly string[] {
  const kept: string[] = [];
  for (const { kind, text: spelt } of lex(splitRules(text).rest).tokens) {
    const token = kind === "newline" ? "newline" : `${kind} ${spelt}`;
    if (token !== "newline" || (kept.length > 0 && kept.at(-1) !== "newline")) kept.push(token);
  }
  return kept;
}
