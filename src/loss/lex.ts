import type { Diagnostic, TextRange } from "./diagnostic.ts";
import { isGreekLetter, spellOut } from "./greek.ts";

/** Losses and update rules share one lexer; a rule may also hold ∇, ←, Δ, Σ and `+=`. */
export type LexMode = "loss" | "rule";

export type TokenKind = "number" | "name" | "operator" | "text" | "newline" | "end";

export interface Token extends TextRange {
  readonly kind: TokenKind;
  /** Names with Greek letters spelt out, operators in their ASCII spelling, strings without quotes. */
  readonly text: string;
}

export interface Lexed {
  readonly tokens: readonly Token[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Longest spelling first. */
const OPERATORS = ["**", "//", "<=", ">=", "==", "!=", ..."+-*/%@<>=&|~()[],.:;"];

const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ["^", "**"],
  ["−", "-"],
  ["–", "-"],
  ["·", "*"],
  ["⋅", "*"],
  ["×", "*"],
  ["≤", "<="],
  ["≥", ">="],
  ["≠", "!="],
]);

const SUPERSCRIPTS: ReadonlyMap<string, readonly [TokenKind, string]> = new Map([
  ["ᵗ", ["name", "t"]],
  ["²", ["number", "2"]],
  ["³", ["number", "3"]],
]);

const RULE_ONLY: ReadonlyMap<string, string> = new Map([
  ["←", "←"],
  ["∇", "∇"],
  ["Δ", "Δ"],
  ["Σ", "Σ"],
  ["∑", "Σ"],
]);

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= "0" && character <= "9";
}

function startsName(character: string): boolean {
  return (
    (character >= "a" && character <= "z") ||
    (character >= "A" && character <= "Z") ||
    character === "_" ||
    isGreekLetter(character)
  );
}

/** Combining marks belong to the letter before them; the composed letter is judged afterwards. */
function isCombiningMark(character: string): boolean {
  return character >= "\u0300" && character <= "\u036f";
}

class Lexer {
  private readonly text: string;
  private readonly mode: LexMode;
  private readonly tokens: Token[] = [];
  private readonly diagnostics: Diagnostic[] = [];
  private position = 0;
  private brackets = 0;

  constructor(text: string, mode: LexMode) {
    this.text = text;
    this.mode = mode;
  }

  run(): Lexed {
    while (this.position < this.text.length) this.next();
    this.push("newline", "\n", this.position, this.position);
    this.push("end", "", this.position, this.position);
    return { tokens: this.tokens, diagnostics: this.diagnostics };
  }

  private next(): void {
    const character = this.text[this.position]!;
    if (character === " " || character === "\t" || character === "\r" || character === "\u00a0")
      this.position++;
    else if (character === "\n") this.newline();
    else if (character === "#") this.comment();
    else if (character === "\\") this.continuation();
    else if (startsName(character)) this.name();
    else if (isDigit(character) || (character === "." && isDigit(this.text[this.position + 1])))
      this.number();
    else if (character === '"' || character === "'") this.string(character);
    else this.operator(character);
  }

  private push(kind: TokenKind, text: string, start: number, end: number): void {
    this.tokens.push({ kind, text, start, end });
    this.position = Math.max(this.position, end);
  }

  private fail(code: string, message: string, hint: string, start: number, end: number): void {
    this.diagnostics.push({ severity: "error", code, message, hint, start, end });
    this.position = end;
  }

  private newline(): void {
    const start = this.position++;
    if (this.brackets === 0) this.push("newline", "\n", start, start + 1);
  }

  private comment(): void {
    while (this.position < this.text.length && this.text[this.position] !== "\n") this.position++;
  }

  private continuation(): void {
    const start = this.position;
    let end = start + 1;
    if (this.text[end] === "\r") end++;
    if (this.text[end] === "\n") this.position = end + 1;
    else this.fail("character", "a backslash may only end a line", "remove it", start, start + 1);
  }

  private name(): void {
    const start = this.position;
    let end = start + 1;
    while (end < this.text.length) {
      const character = this.text[end]!;
      if (!startsName(character) && !isDigit(character) && !isCombiningMark(character)) break;
      end++;
    }
    const composed = this.text.slice(start, end).normalize("NFC");
    for (const character of composed) {
      if (startsName(character) || isDigit(character)) continue;
      this.fail("character", `the name ${composed} holds ${describe(character)}`, NAME_HINT, start, end);
      return;
    }
    this.push("name", spellOut(composed), start, end);
  }

  private number(): void {
    const start = this.position;
    let end = this.digits(start);
    if (this.text[end] === "." && !startsName(this.text[end + 1] ?? " ")) end = this.digits(end + 1);
    else if (this.text[end] === "." && /^[eE][+-]?\d/.test(this.text.slice(end + 1, end + 4))) end++;
    const marker = this.text[end];
    if (marker === "e" || marker === "E") {
      const sign = this.text[end + 1] === "+" || this.text[end + 1] === "-" ? 1 : 0;
      if (isDigit(this.text[end + 1 + sign])) end = this.digits(end + 1 + sign);
    }
    this.push("number", this.text.slice(start, end).replaceAll("_", ""), start, end);
  }

  private digits(from: number): number {
    let end = from;
    while (isDigit(this.text[end]) || (this.text[end] === "_" && isDigit(this.text[end + 1]) && end > from))
      end++;
    return end;
  }

  private string(quote: string): void {
    const start = this.position;
    let end = start + 1;
    while (end < this.text.length && this.text[end] !== quote && this.text[end] !== "\n") end++;
    if (this.text[end] === quote) this.push("text", this.text.slice(start + 1, end), start, end + 1);
    else this.fail("string", "this string has no closing quote", `close it with ${quote}`, start, end);
  }

  private operator(character: string): void {
    const start = this.position;
    const superscript = SUPERSCRIPTS.get(character);
    const rule = RULE_ONLY.get(character);
    const spelling = SPELLINGS.get(character);
    if (superscript) {
      this.push("operator", "**", start, start);
      this.push(superscript[0], superscript[1], start, start + 1);
    } else if (rule) this.ruleSign(rule, start);
    else if (spelling) this.push("operator", spelling, start, start + 1);
    else this.plainOperator(start);
  }

  private ruleSign(sign: string, start: number): void {
    if (this.mode === "rule") this.push("operator", sign, start, start + 1);
    else
      this.fail("rule-sign", `${sign} belongs to an update rule, not to a loss`, RULE_HINT, start, start + 1);
  }

  private plainOperator(start: number): void {
    const two = this.text.slice(start, start + 2);
    if (this.mode === "rule" && (two === "+=" || two === "-=")) {
      this.push("operator", two, start, start + 2);
      return;
    }
    const found = OPERATORS.find((operator) => this.text.startsWith(operator, start));
    if (!found) {
      const character = String.fromCodePoint(this.text.codePointAt(start)!);
      this.fail(
        "character",
        `${describe(character)} is no part of the language`,
        NAME_HINT,
        start,
        start + character.length,
      );
      return;
    }
    if (found === "(" || found === "[") this.brackets++;
    if (found === ")" || found === "]") this.brackets = Math.max(0, this.brackets - 1);
    if (found === ";" && this.brackets === 0) this.push("newline", ";", start, start + 1);
    else this.push("operator", found, start, start + found.length);
  }
}

const NAME_HINT = "names hold the letters A-Z, a-z, digits, _ and Greek letters such as γ, π, θ, β";
const RULE_HINT = "write the loss, whose gradient the optimiser descends; the rule can be turned into one";

function describe(character: string): string {
  const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  return code.length <= 4 && character > " " && character < "\u007f"
    ? character
    : `the character ${character} (U+${code})`;
}

/**
 * Cuts a text into tokens by looking at one character at a time.
 * Newlines inside brackets are dropped; positions are UTF-16 offsets into the text as it was given.
 */
export function lex(text: string, mode: LexMode = "loss"): Lexed {
  return new Lexer(text, mode).run();
}
