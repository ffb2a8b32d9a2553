import { NUMBERS, TYPES } from "../constants.ts";
import type { TextRange } from "../diagnostic.ts";
import { lex, type Token } from "../lex.ts";
import { isInnerModule, isModuleRoot } from "../modules.ts";
import { OFFERED_NAMES, type OfferedName } from "../names.ts";
import { logPolicyEnd } from "../policyArguments.ts";
import { splitRules } from "../ruleLines.ts";
import { aliasOf } from "../unknownName.ts";

/** What a word of a loss text is. */
export type WordRole =
  | "declaration"
  | "definition"
  | "data"
  | "head"
  | "operator"
  | "parameter"
  | "module"
  | "constant"
  | "unknown";

/** A word of a loss text with what it refers to. */
export interface Word extends TextRange {
  /** The name, Greek letters spelt out; of `log π(a|s)` it is log_pi. */
  readonly name: string;
  readonly role: WordRole;
  /** The name meant, where the word is another spelling of it. */
  readonly alias?: string;
  /** Of a definition's use: the start of the declaration it refers to. */
  readonly declaration?: number;
}

const offered: ReadonlyMap<string, OfferedName> = new Map(OFFERED_NAMES.map((one) => [one.name, one]));
const CONSTANTS: ReadonlySet<string> = new Set(["True", "False", "None"]);

/** The name that a loss may use without defining it, under its own or another spelling. */
export function offeredName(name: string): OfferedName | undefined {
  return offered.get(name) ?? offered.get(aliasOf(name, (candidate) => offered.has(candidate)) ?? "");
}

/** Every word of a text in order, also of one that cannot be parsed. Update rules have none. */
export function wordsOf(text: string): readonly Word[] {
  return new WordReader(lex(splitRules(text).rest).tokens).read();
}

/** Walks over the tokens as the parser does: a line's own name is there from the next line on. */
class WordReader {
  readonly #tokens: readonly Token[];
  readonly #words: Word[] = [];
  readonly #defined = new Map<string, number>();
  #depth = 0;
  #declared: Token | undefined;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  read(): readonly Word[] {
    for (let at = 0; at < this.#tokens.length; ) at = this.#next(at);
    return this.#words;
  }

  /** Reads what begins at a token and gives the index of the token behind it. */
  #next(at: number): number {
    const token = this.#tokens[at]!;
    if (token.kind === "newline" || token.kind === "end") this.#endLine();
    else if (token.kind === "operator") this.#count(token.text);
    else if (token.kind === "name") return this.#word(token, at);
    return at + 1;
  }

  #endLine(): void {
    if (this.#declared) this.#defined.set(this.#declared.text, this.#declared.start);
    this.#declared = undefined;
    this.#depth = 0;
  }

  #count(operator: string): void {
    if (operator === "(" || operator === "[") this.#depth++;
    if (operator === ")" || operator === "]") this.#depth--;
  }

  #word(token: Token, at: number): number {
    const end = logPolicyEnd(this.#tokens, at);
    if (end !== undefined) {
      const { start } = token;
      this.#words.push({ name: "log_pi", role: "head", start, end: this.#tokens[end - 1]!.end });
      return end;
    }
    const { start, end: stop, text: name } = token;
    this.#words.push({ name, start, end: stop, ...this.#meaning(token, at) });
    return at + 1;
  }

  #meaning(token: Token, at: number): Pick<Word, "role" | "alias" | "declaration"> {
    if (this.#is("=", at + 1)) {
      if (this.#depth > 0) return { role: "parameter" };
      if (this.#startsLine(at)) {
        this.#declared = token;
        return { role: "declaration" };
      }
    }
    if (this.#isModule(token, at)) return { role: "module" };
    if (this.#is(".", at - 1)) return { role: this.#is("(", at + 1) ? "operator" : "constant" };
    if (this.#is("(", at + 1)) return { role: "operator" };
    return this.#value(token.text);
  }

  #value(name: string): Pick<Word, "role" | "alias" | "declaration"> {
    const declaration = this.#defined.get(name);
    if (declaration !== undefined) return { role: "definition", declaration };
    const own = offered.get(name);
    if (own !== undefined) return { role: own.kind };
    const alias = aliasOf(name, (candidate) => this.#defined.has(candidate) || offered.has(candidate));
    if (alias !== undefined) return { ...this.#value(alias), alias };
    const constant = CONSTANTS.has(name) || TYPES.has(name) || NUMBERS.has(name);
    return { role: constant ? "constant" : "unknown" };
  }

  /** Whether a name begins a module path or stands in the middle of one. */
  #isModule({ text }: Token, at: number): boolean {
    if (!this.#is(".", at + 1)) return false;
    if (this.#is(".", at - 1)) return isInnerModule(text) && this.#words.at(-1)?.role === "module";
    return isModuleRoot(text) && !this.#defined.has(text);
  }

  #startsLine(at: number): boolean {
    const before = this.#tokens[at - 1];
    return before === undefined || before.kind === "newline";
  }

  #is(operator: string, at: number): boolean {
    const token = this.#tokens[at];
    return token?.kind === "operator" && token.text === operator;
  }
}

/** The word at an offset, or the one that ends there. */
export function wordAt(words: readonly Word[], offset: number): Word | undefined {
  return (
    words.find(({ start, end }) => start <= offset && offset < end) ?? words.find(({ end }) => end === offset)
  );
}
