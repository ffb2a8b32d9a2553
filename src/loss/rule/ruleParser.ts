import type { Diagnostic, TextRange } from "../diagnostic.ts";
import { lex, type Token } from "../lex.ts";
import { MAXIMUM_BYTES, utf8Length } from "../limits.ts";
import { isModuleRoot } from "../modules.ts";
import { OVERLOADED, operatorNamed } from "../operators.ts";
import { Parser } from "../parse.ts";
import type { Expression } from "../syntax.ts";
import { Refusal } from "../tokenCursor.ts";
import { ARGUMENT_WORDS, NEXT_STATES, plainName, STATE_FUNCTIONS } from "./notation.ts";
import { type PlainRule, plainRule } from "./spelling.ts";

/** One line of a rule: `target += expression`, `target ← expression`, or an expression alone. */
export interface RuleLine extends TextRange {
  readonly target: string | undefined;
  readonly targetRange: TextRange | undefined;
  /** `Δθ = …` gives the change itself. */
  readonly operator: "+=" | "-=" | "←" | "Δ" | undefined;
  readonly expression: Expression;
}

/** A function of the parameters that only the rule's author knows: g(x|θ). */
export interface FreeFunction {
  readonly name: string;
  readonly text: string;
}

export interface ParsedRule {
  readonly lines: readonly RuleLine[];
  readonly functions: readonly FreeFunction[];
  /** Whether an expectation was read as the batch's average. */
  readonly averages: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** Binds tighter than a product and looser than a power: ∇ ln π(A|S) is one factor. */
const GRADIENT_STRENGTH = 55;
/** Σ takes the whole product that follows it. */
const SUM_STRENGTH = 45;

/** The one lexer's and parser's second entry: values side by side are a product, ∇ and Σ are read. */
class RuleParser extends Parser {
  readonly functions: FreeFunction[] = [];
  /** Whether an E was read. */
  averages = false;

  lines(): RuleLine[] {
    const lines: RuleLine[] = [];
    for (;;) {
      while (this.token.kind === "newline") this.cursor++;
      if (this.token.kind === "end") return lines;
      const line = this.line();
      if (line) lines.push(line);
    }
  }

  private line(): RuleLine | undefined {
    try {
      return this.read();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.diagnostics.push(error.diagnostic);
      this.depth = 0;
      while (this.token.kind !== "newline" && this.token.kind !== "end") this.cursor++;
      return undefined;
    }
  }

  private read(): RuleLine {
    const first = this.token;
    const change = this.is("Δ") ? this.advance() : undefined;
    const name = this.token;
    const sign = name.kind === "name" ? this.peek(1) : undefined;
    const isTarget = sign?.kind === "operator" && ["+=", "-=", "←", "="].includes(sign.text);
    if (!isTarget && change)
      this.refuse("rule", "Δ stands before a parameter vector and =", "write Δθ = α G ∇ln π", change);
    if (isTarget) this.cursor += 2;
    const expression = this.expression(0);
    if (this.token.kind !== "newline" && this.token.kind !== "end") this.unexpected(this.token);
    const isPlain = sign?.text === "=" || sign?.text === "←";
    return {
      target: isTarget ? name.text : undefined,
      targetRange: isTarget ? { start: name.start, end: name.end } : undefined,
      operator: !isTarget ? undefined : change ? "Δ" : isPlain ? "←" : (sign.text as "+=" | "-="),
      expression,
      start: first.start,
      end: this.previousEnd,
    };
  }

  protected override infixToken(): Token | undefined {
    const { token } = this;
    const begins =
      token.kind === "name" || token.kind === "number" || ["(", "∇", "Σ"].some((sign) => this.is(sign));
    if (begins) return { kind: "operator", text: "*", start: token.start, end: token.start };
    return super.infixToken();
  }

  protected override primary(): Expression {
    if (this.is("∇")) return this.applied("grad", GRADIENT_STRENGTH);
    if (this.is("Σ")) return this.applied("sum", SUM_STRENGTH);
    if (this.token.text === "E" && this.token.kind === "name") return this.expectation();
    return super.primary();
  }

  /** `E[Σ x]` is the average over the batch's episodes, `E[x]` that over its steps. */
  private expectation(): Expression {
    const sign = this.advance();
    this.averages = true;
    const open = this.token;
    if (!this.is("(") && !this.is("["))
      this.refuse("rule", "E takes what it is the average of", "write E[G ∇ln π]", sign);
    this.cursor++;
    const inside = this.nested(open, () => this.expression(0));
    const close = this.is("[", open) ? "]" : ")";
    if (!this.is(close)) this.unexpected(this.token);
    this.cursor++;
    if (inside.kind !== "call" || inside.name !== "sum")
      return this.callOf("mean", sign, [inside], sign.start);
    const right = this.nameNode("N", sign.start);
    const operatorRange = { start: sign.start, end: sign.start };
    return this.add(
      { kind: "binary", operator: "/", operatorRange, left: inside, right },
      sign.start,
      this.previousEnd,
    );
  }

  /** `∇ x` and `Σ x` as calls. */
  private applied(name: string, strength: number): Expression {
    const sign = this.advance();
    const operand = this.nested(sign, () => this.expression(strength));
    return this.callOf(name, sign, [operand], sign.start);
  }

  private callOf(name: string, at: TextRange, operands: readonly Expression[], start: number): Expression {
    return this.add(
      {
        kind: "call",
        name,
        nameRange: { start: at.start, end: at.end },
        module: undefined,
        method: false,
        arguments: operands.map((value) => ({ keyword: undefined, keywordRange: undefined, value })),
      },
      start,
      this.previousEnd,
    );
  }

  protected override named(): Expression {
    const { token } = this;
    const opens = this.is("(", this.peek(1)) || this.is("[", this.peek(1));
    if (!opens || this.is("[", this.peek(1))) return this.bracketless(token);
    const known = operatorNamed(token.text) !== undefined || OVERLOADED.has(token.text);
    const state = STATE_FUNCTIONS.get(token.text);
    const close = this.closing(this.cursor + 1);
    const words = this.tokens.slice(this.cursor + 2, close);
    const isArguments = words.length > 0 && words.every((word) => isArgument(word));
    if (isArguments && token.text === "pi") return this.probability(token, close);
    if (isArguments && state) {
      this.cursor = close + 1;
      const isNext = words.some((word) => NEXT_STATES.has(word.text));
      return this.nameNode(isNext && state.next ? state.next : state.now, token.start);
    }
    if (known || token.text === "grad" || LOG_WORDS.has(token.text) || isModuleRoot(token.text))
      return super.named();
    if (isArguments && words.some((word) => this.is("|", word) || ARGUMENT_WORDS.has(word.text)))
      return this.free(token, close);
    this.advance();
    return this.nameNode(plainName(token.text), token.start);
  }

  /** A name without brackets of its own: `x`, `x[0]`, `log π(A|S)`, `np.pi`. */
  private bracketless(token: Token): Expression {
    const next = this.peek(1);
    const logarithm = LOG_WORDS.has(token.text) && next?.kind === "name" && next.text === "pi";
    if (logarithm || (isModuleRoot(token.text) && this.is(".", next))) return super.named();
    if (token.text === "log" || token.text === "ln") return this.applied("log", GRADIENT_STRENGTH);
    if (SCORES.has(token.text)) {
      this.advance();
      return this.callOf("grad", token, [this.nameNode("log_pi", token.start)], token.start);
    }
    const constant = ["True", "False", "None"].includes(token.text);
    if (constant) return super.named();
    this.advance();
    return this.nameNode(plainName(token.text), token.start);
  }

  private nameNode(name: string, start: number): Expression {
    return this.add({ kind: "name", name, module: undefined }, start, this.previousEnd);
  }

  /** π(A|S,θ): the probability of the action taken. */
  private probability(token: Token, close: number): Expression {
    this.cursor = close + 1;
    const logarithm = this.nameNode("log_pi", token.start);
    return this.callOf("exp", token, [logarithm], token.start);
  }

  /** g(x|θ): a function of the parameters that has no other name. */
  private free(token: Token, close: number): Expression {
    this.cursor = close + 1;
    if (WITH_ARGUMENTS.has(token.text)) return this.nameNode(plainName(token.text), token.start);
    const text = this.text.slice(token.start, this.previousEnd);
    if (!this.functions.some(({ name }) => name === token.text))
      this.functions.push({ name: token.text, text });
    return this.nameNode(token.text, token.start);
  }

  /** The cursor of the bracket that closes the one at `open`. */
  private closing(open: number): number {
    let depth = 0;
    for (let cursor = open; ; cursor++) {
      const token = this.tokens[cursor]!;
      if (this.is("(", token)) depth++;
      if (this.is(")", token) && --depth === 0) return cursor;
      if (token.kind === "end")
        this.refuse("bracket", "this bracket is never closed", "close it with )", this.tokens[open]!);
    }
  }
}

/** Names whose brackets say nothing new: J(θ), Q(s,a), R(τ), r(s,a), A(s,a). */
const WITH_ARGUMENTS: ReadonlySet<string> = new Set([
  "J",
  "L",
  "Q",
  "q",
  "R",
  "G",
  "r",
  "A",
  "adv",
  "A_t",
  "G_t",
  "R_t",
  "r_t",
]);

/** Names that code has for ∇ln π(A|S). */
const SCORES: ReadonlySet<string> = new Set(
  "grad_log_pi grad_log_prob grad_log_probs grad_ln_pi grad_logp grad_logpi dlog_pi dlogpi dlogp score".split(
    " ",
  ),
);

const LOG_WORDS: ReadonlySet<string> = new Set(["log", "ln", "logpi", "lnpi", "ln_pi", "log_pi"]);

function isArgument(token: Token): boolean {
  if (token.kind === "name") return ARGUMENT_WORDS.has(token.text);
  return token.kind === "operator" && ["|", ",", ";", "*", "(", ")", "."].includes(token.text);
}

function placed(token: Token, rule: PlainRule): Token {
  const text = token.kind === "name" ? canonicalPolicy(token.text) : token.text;
  return { ...token, text, start: rule.source(token.start), end: rule.sourceEnd(token.end) };
}

/** π_θ and π_t are π. */
function canonicalPolicy(name: string): string {
  return plainName(name) === "pi" ? "pi" : name;
}

/**
 * Reads an update rule in the book's spelling, in ASCII or in TeX: definitions and updates, one per line.
 * Wrong input gives diagnostics with ranges of the text as it was given.
 */
export function parseRule(text: string): ParsedRule {
  const bytes = utf8Length(text);
  if (bytes > MAXIMUM_BYTES) {
    const message = `the text has ${bytes} bytes; at most ${MAXIMUM_BYTES} are read`;
    const hint = "make it shorter";
    const long: Diagnostic = { severity: "error", code: "length", message, hint, start: 0, end: text.length };
    return { lines: [], functions: [], averages: false, diagnostics: [long] };
  }
  const rule = plainRule(text);
  const lexed = lex(rule.text, "rule");
  const tokens = lexed.tokens.map((token) => placed(token, rule));
  const parser = new RuleParser(text, tokens);
  const lines = parser.lines();
  const spelled = lexed.diagnostics.map((diagnostic) => ({
    ...diagnostic,
    start: rule.source(diagnostic.start),
    end: rule.sourceEnd(diagnostic.end),
  }));
  const diagnostics = [...spelled, ...parser.diagnostics].sort((a, b) => a.start - b.start);
  return { lines, functions: parser.functions, averages: parser.averages, diagnostics };
}
