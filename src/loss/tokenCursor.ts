import type { Diagnostic, TextFix, TextRange } from "./diagnostic.ts";
import type { Token } from "./lex.ts";
import { MAXIMUM_DEPTH } from "./limits.ts";
import { WORDS_BETWEEN } from "./parseHints.ts";

/** Carries the first problem of a statement up to where the next statement is sought. */
export class Refusal extends Error {
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

/** A fix that puts `text` in the place of a range. */
export function replace(title: string, range: TextRange, text: string): TextFix {
  return { title, edits: [{ start: range.start, end: range.end, text }] };
}

/** Walks over tokens, counts nesting in one place, and refuses what is wrong by throwing a Refusal. */
export class TokenCursor {
  protected readonly tokens: readonly Token[];
  protected cursor = 0;
  protected depth = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  protected get token(): Token {
    return this.tokens[this.cursor]!;
  }

  protected peek(offset: number): Token | undefined {
    return this.tokens[this.cursor + offset];
  }

  protected advance(): Token {
    const token = this.token;
    if (token.kind !== "end") this.cursor++;
    return token;
  }

  protected is(operator: string, token: Token | undefined = this.token): boolean {
    return token?.kind === "operator" && token.text === operator;
  }

  protected take(operator: string): Token | undefined {
    return this.is(operator) ? this.advance() : undefined;
  }

  protected refuse(
    code: string,
    message: string,
    hint: string,
    range: TextRange,
    extra?: Partial<Diagnostic>,
  ): never {
    throw new Refusal({
      severity: "error",
      code,
      message,
      hint,
      start: range.start,
      end: range.end,
      ...extra,
    });
  }

  protected get previousEnd(): number {
    return this.tokens[this.cursor - 1]?.end ?? 0;
  }

  protected nested<Result>(at: TextRange, body: () => Result): Result {
    if (this.depth >= MAXIMUM_DEPTH)
      this.refuse(
        "depth",
        `the expression is nested deeper than ${MAXIMUM_DEPTH} levels`,
        "name its inner part in a line of its own",
        at,
      );
    this.depth++;
    const result = body();
    this.depth--;
    return result;
  }

  protected unexpected(token: Token): never {
    const word = token.kind === "name" ? WORDS_BETWEEN.get(token.text) : undefined;
    if (word) {
      const fixes = word.replacement
        ? [replace(`Replace by ${word.replacement}`, token, word.replacement)]
        : [];
      this.refuse("word", word.message, word.hint, token, { fixes });
    }
    if (token.kind === "name" || token.kind === "number" || this.is("(", token)) {
      const place = { start: token.start, end: token.start };
      this.refuse("juxtaposition", "two values stand side by side", "a product needs a *", token, {
        fixes: [replace("Insert *", place, "* ")],
      });
    }
    if (this.is("=", token))
      this.refuse("assignment", "= is not expected here", "write name = name + …; == compares", token);
    if (token.kind === "text")
      this.refuse("string", "a string may only be the value of reduction=", "remove it", token);
    const shown =
      token.kind === "newline" || token.kind === "end"
        ? "the line ends here"
        : `${token.text} is not expected here`;
    const hint =
      token.kind === "operator" && ")]".includes(token.text)
        ? "remove it, or open the bracket it closes"
        : "an expression is missing";
    this.refuse("expected", shown, hint, token);
  }

  protected unclosed(open: Token, closing: string): never {
    if (this.token.kind === "newline" || this.token.kind === "end")
      this.refuse("bracket", `this bracket is never closed`, `close it with ${closing}`, open);
    return this.unexpected(this.token);
  }

  protected memberName(): Token {
    const dot = this.advance();
    const token = this.token;
    if (token.kind !== "name")
      this.refuse("expected", "a name is missing after the dot", "write x.sum() or sum(x)", dot);
    return this.advance();
  }
}
