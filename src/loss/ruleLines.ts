import type { Diagnostic, TextRange } from "./diagnostic.ts";

/** A line of a loss text that is an update rule instead, as `theta += alpha * G * grad(log_pi)`. */
export interface RuleLine extends TextRange {
  readonly text: string;
}

/** A loss text with its update rules taken out. */
export interface SplitText {
  /** The text with spaces in the place of every rule, so that all offsets stay. */
  readonly rest: string;
  readonly rules: readonly RuleLine[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Only lines with one of these are looked at closer: a sign of rules, a call of grad, or an assignment that adds up. */
const MAYBE_RULE = /[∇←Δ]|\bgrad\s*\(|[^=<>!+\-*/]\s*[+-]=/u;

function isRule(line: string): boolean {
  return /∇|\bgrad\s*\(/u.test(line);
}

/** Finds the update rules among the lines of a loss text. */
export function splitRules(text: string): SplitText {
  if (!MAYBE_RULE.test(text)) return { rest: text, rules: [], diagnostics: [] };
  const rules = [...linesOf(text)].filter(({ text: line }) => MAYBE_RULE.test(line) && isRule(line));
  let rest = text;
  for (const { start, end } of rules) rest = rest.slice(0, start) + " ".repeat(end - start) + rest.slice(end);
  return { rest, rules, diagnostics: rules.map(recognised) };
}

function* linesOf(text: string): Generator<RuleLine> {
  for (const match of text.matchAll(/[^\n#]+/gu)) {
    const before = match.index === 0 ? "\n" : text[match.index - 1];
    if (before !== "\n") continue;
    const line = match[0];
    const start = match.index + line.length - line.trimStart().length;
    const trimmed = line.trim();
    if (trimmed !== "") yield { text: trimmed, start, end: start + trimmed.length };
  }
}

function recognised({ start, end }: RuleLine): Diagnostic {
  return {
    severity: "error",
    code: "update-rule",
    message: "this is an update rule, not a loss",
    hint: "an optimiser needs the loss whose gradient it is; turn it into one",
    start,
    end,
  };
}
