import { deriveLoss, isRule } from "./derive.ts";
import type { Diagnostic, TextFix, TextRange } from "./diagnostic.ts";

/** A line of a loss text that is an update rule instead, as `theta += alpha * G * grad(log_pi)`. */
export interface RuleLine extends TextRange {
  readonly text: string;
}

/** A loss text with its update rules taken out. */
export interface SplitText {
  /** The text with spaces in the place of every rule, so that all offsets stay. */
  readonly rest: string;
  readonly rules: readonly RuleLine[];
}

const GRADIENT = /∇|nabla|\bgrad\s*\(/u;

/** Finds the update rules among the lines of a loss text; without a gradient anywhere there are none. */
export function splitRules(text: string): SplitText {
  if (!GRADIENT.test(text)) return { rest: text, rules: [] };
  const rules = linesOf(text).filter((line) => isRule(line.text));
  return { rest: blanked(text, rules), rules };
}

/** The code of every line that is no comment, without the comment behind it. */
function linesOf(text: string): RuleLine[] {
  return [...text.matchAll(/^[^\n#]+/gmu)].flatMap(({ index, 0: line }) => {
    const code = line.trim();
    const start = index + line.length - line.trimStart().length;
    return code === "" ? [] : [{ text: code, start, end: start + code.length }];
  });
}

function blanked(text: string, ranges: readonly TextRange[]): string {
  let rest = text;
  for (const { start, end } of ranges)
    rest = rest.slice(0, start) + " ".repeat(end - start) + rest.slice(end);
  return rest;
}

/** What is said of the update rules in a text: that they are rules, with the loss that they come to as the fix. */
export function ruleDiagnostics(text: string, rules: readonly RuleLine[]): readonly Diagnostic[] {
  if (rules.length === 0) return [];
  const derivation = derived(text, rules);
  const problems = derivation.ok ? [] : derivation.diagnostics.map(forwards);
  const fixes = derivation.ok ? [lossBelow(text, rules, derivation.loss)] : [];
  return [...rules.map(({ start, end }) => recognised({ start, end }, fixes)), ...problems];
}

/** Signs of TeX take no room in the rule's plain spelling, so a range may come back with its ends crossed. */
function forwards(problem: Diagnostic): Diagnostic {
  const { start, end } = problem;
  return { ...problem, start: Math.min(start, end), end: Math.max(start, end) };
}

/** The loss of a text's rules with the lines above as definitions; where those do not fit, of the rules alone. */
export function derived(text: string, rules: readonly RuleLine[]): ReturnType<typeof deriveLoss> {
  const whole = deriveLoss(text);
  if (whole.ok) return whole;
  const others = linesOf(text).filter(({ start }) => !rules.some((rule) => rule.start === start));
  const alone = deriveLoss(blanked(text, others));
  return alone.ok ? alone : whole;
}

function recognised({ start, end }: TextRange, fixes: readonly TextFix[]): Diagnostic {
  return {
    severity: "error",
    code: "update-rule",
    message: "this is an update rule, not a loss",
    hint: "an optimiser needs the loss whose gradient it is",
    start,
    end,
    fixes,
  };
}

/** The edit that makes comments of the rules and writes their loss below the last of them. */
function lossBelow(text: string, rules: readonly RuleLine[], loss: string): TextFix {
  const there = new Set(linesOf(text).map((line) => line.text.replaceAll(/\s+/gu, "")));
  const lines = loss.trimEnd().split("\n");
  const missing = lines.filter((line) => !there.has(line.replaceAll(/\s+/gu, "")));
  const lineEnd = text.indexOf("\n", rules.at(-1)!.end);
  const below = lineEnd < 0 ? text.length : lineEnd;
  return {
    title: "Turn into loss",
    edits: [
      ...rules.map(({ start }) => ({ start, end: start, text: "# " })),
      { start: below, end: below, text: `\n${missing.join("\n")}` },
    ],
  };
}
