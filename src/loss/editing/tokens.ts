import type { TextRange } from "../diagnostic.ts";
import { lex } from "../lex.ts";
import { namedNumbers } from "../scalars.ts";
import type { LossReading } from "./reading.ts";
import { type WordRole, wordsOf } from "./words.ts";

export type TokenMeaning = WordRole | "comment" | "number" | "slider" | "sign" | "text" | "rule";

/** A stretch of a loss text with what it is. */
export interface MeaningfulToken extends TextRange {
  readonly meaning: TokenMeaning;
}

/** Every stretch of a text that has a meaning, in order and without overlap; bare numbers that become sliders too. */
export function tokensOf({ text, program, rules }: LossReading): readonly MeaningfulToken[] {
  const sliders = program === undefined ? [] : namedNumbers(program);
  const isSlider = (start: number) => sliders.some((number) => number.start <= start && start < number.end);
  const words = new Map(wordsOf(text).map((word) => [word.start, word]));
  const found: MeaningfulToken[] = [];
  let end = 0;
  for (const token of lex(text).tokens) {
    if (token.start < end) continue;
    found.push(...comments(text, end, token.start));
    const rule = rules.find((line) => line.start <= token.start && token.start < line.end);
    const word = words.get(token.start);
    const range = rule ?? word ?? token;
    const meaning = rule ? "rule" : (word?.role ?? meaningOf(token.kind, isSlider(token.start)));
    if (meaning !== undefined && range.end > range.start)
      found.push({ start: range.start, end: range.end, meaning });
    end = Math.max(end, range.end);
  }
  found.push(...comments(text, end, text.length));
  return found;
}

function meaningOf(kind: string, slider: boolean): TokenMeaning | undefined {
  if (slider) return "slider";
  if (kind === "number" || kind === "text") return kind;
  return kind === "operator" ? "sign" : undefined;
}

function comments(text: string, start: number, end: number): MeaningfulToken[] {
  return [...text.slice(start, end).matchAll(/#[^\n]*/gu)].map(({ index, 0: found }) => ({
    start: start + index,
    end: start + index + found.length,
    meaning: "comment",
  }));
}
