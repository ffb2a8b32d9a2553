import type { Diagnostic } from "./diagnostic.ts";
import { lex, type Token } from "./lex.ts";
import { MAXIMUM_BYTES, MAXIMUM_NODES, utf8Length } from "./limits.ts";
import { isInnerModule, isModuleRoot } from "./modules.ts";
import { MEMBER_HINTS, STATEMENT_WORDS } from "./parseHints.ts";
import { logPolicyEnd } from "./policyArguments.ts";
import { COMPARISON, POWER, PREFIX_STRENGTH, STRENGTH } from "./precedence.ts";
import type {
  Argument,
  BinaryOperator,
  Expression,
  IndexEntry,
  Program,
  Statement,
  UnaryOperator,
} from "./syntax.ts";
import { Refusal, replace, TokenCursor } from "./tokenCursor.ts";

export interface Parsed {
  /** Undefined where a diagnostic of error severity was found. */
  readonly program: Program | undefined;
  /** The lines that could be read, where others could not: for describing and colouring, never for evaluating. */
  readonly readable: Program | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ["True", true],
  ["False", false],
  ["None", null],
]);

type Draft = Expression extends infer E
  ? E extends Expression
    ? Omit<E, "id" | "start" | "end">
    : never
  : never;

/** Reads statements and expressions; the parser of update rules builds on it. */
export class Parser extends TokenCursor {
  protected readonly text: string;
  protected readonly nodes: Expression[] = [];
  private readonly defined = new Set<string>();
  readonly diagnostics: Diagnostic[] = [];

  constructor(text: string, tokens: readonly Token[]) {
    super(tokens);
    this.text = text;
  }

  program(): Program | undefined {
    const statements: Statement[] = [];
    for (;;) {
      while (this.token.kind === "newline") this.cursor++;
      if (this.token.kind === "end") break;
      const statement = this.recover();
      if (statement === "stop") break;
      if (statement) statements.push(statement);
    }
    const last = statements.at(-1);
    if (!last) {
      if (this.diagnostics.length === 0) this.diagnostics.push(emptyProgram(this.text));
      return undefined;
    }
    const result = statements.findLast((statement) => statement.name === "loss") ?? last;
    return { text: this.text, statements, result, nodes: this.nodes };
  }

  protected recover(): Statement | "stop" | undefined {
    try {
      return this.statement();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.diagnostics.push(error.diagnostic);
      if (error.diagnostic.code === "nodes") return "stop";
      this.depth = 0;
      while (this.token.kind !== "newline" && this.token.kind !== "end") this.cursor++;
      return undefined;
    }
  }

  protected add(draft: Draft, start: number, end: number): Expression {
    if (this.nodes.length >= MAXIMUM_NODES)
      this.refuse("nodes", `the program has more than ${MAXIMUM_NODES} parts`, "make it shorter", {
        start,
        end,
      });
    const node = { ...draft, id: this.nodes.length, start, end } as Expression;
    this.nodes.push(node);
    return node;
  }

  protected statement(): Statement {
    const first = this.token;
    const hint = first.kind === "name" ? STATEMENT_WORDS.get(first.text) : undefined;
    if (hint && !this.is("=", this.peek(1)) && this.peek(1)?.kind !== "newline")
      this.refuse("statement", `the language has no \`${first.text}\``, hint, first);
    const named = first.kind === "name" && this.is("=", this.peek(1));
    if (named) {
      this.cursor += 2;
      if (this.token.kind === "newline")
        this.refuse(
          "expected",
          `nothing stands after ${first.text} =`,
          "write an expression on the same line",
          first,
        );
    }
    const expression = this.expression(0);
    this.endStatement(first);
    if (named) this.defined.add(first.text);
    return {
      name: named ? first.text : undefined,
      nameRange: named ? { start: first.start, end: first.end } : undefined,
      expression,
      start: first.start,
      end: this.previousEnd,
    };
  }

  private endStatement(first: Token): void {
    const token = this.token;
    if (token.kind === "newline" || token.kind === "end") return;
    if (this.is("="))
      this.refuse("assignment", "only a plain name may stand before =", "write name = expression", {
        start: first.start,
        end: token.end,
      });
    this.unexpected(token);
  }

  protected expression(minimum: number): Expression {
    const start = this.token.start;
    let left = this.prefix(start);
    let compared = false;
    for (;;) {
      const token = this.infixToken();
      const strength = token && STRENGTH.get(token.text);
      if (token === undefined || strength === undefined || strength < minimum) return left;
      if (strength === COMPARISON && compared)
        this.refuse("chain", "comparisons cannot be chained", "write (a < b) & (b < c)", token);
      compared = strength === COMPARISON;
      if (token === this.token) this.advance();
      left = this.infix(left, token, strength, start);
    }
  }

  /** The operator that stands, or is understood, before what comes next. */
  protected infixToken(): Token | undefined {
    return this.token.kind === "operator" ? this.token : undefined;
  }

  private infix(left: Expression, token: Token, strength: number, start: number): Expression {
    const right =
      strength === POWER
        ? this.nested(token, () => this.expression(PREFIX_STRENGTH))
        : this.expression(strength + 1);
    return this.add(
      {
        kind: "binary",
        operator: token.text as BinaryOperator,
        left,
        right,
        operatorRange: { start: token.start, end: token.end },
      },
      start,
      this.previousEnd,
    );
  }

  private prefix(start: number): Expression {
    const token = this.token;
    if (this.is("-") || this.is("+") || this.is("~")) {
      this.advance();
      const operand = this.nested(token, () => this.expression(PREFIX_STRENGTH));
      return this.add(
        { kind: "unary", operator: token.text as UnaryOperator, operand },
        start,
        this.previousEnd,
      );
    }
    if (token.kind === "name" && token.text === "not" && this.peek(1)?.kind !== "operator")
      this.refuse("word", "`not` inverts no tensor", "use ~", token, {
        fixes: [replace("Replace by ~", token, "~")],
      });
    return this.postfix(this.primary(), start);
  }

  private postfix(target: Expression, start: number): Expression {
    let left = target;
    for (;;) {
      if (this.is(".")) left = this.method(left, start);
      else if (this.is("[")) left = this.index(left, start);
      else return left;
    }
  }

  protected primary(): Expression {
    const token = this.token;
    if (token.kind === "number") {
      this.advance();
      return this.add({ kind: "number", value: Number(token.text) }, token.start, token.end);
    }
    if (token.kind === "name") return this.named();
    if (this.is("(")) return this.parenthesised();
    if (this.is("[")) return this.list();
    return this.unexpected(token);
  }

  protected named(): Expression {
    const token = this.advance();
    const constant = CONSTANTS.get(token.text);
    if (constant !== undefined)
      return this.add({ kind: "constant", value: constant }, token.start, token.end);
    const policyEnd = logPolicyEnd(this.tokens, this.cursor - 1);
    if (policyEnd !== undefined) return this.logPolicy(token, policyEnd);
    if (isModuleRoot(token.text) && this.is(".") && !this.defined.has(token.text))
      return this.qualified(token);
    if (this.is("(")) return this.call(token, undefined, token.start, []);
    return this.add({ kind: "name", name: token.text, module: undefined }, token.start, token.end);
  }

  /** Reads `log π`, `ln π(a|s)` and the like as the name log_pi. */
  private logPolicy(first: Token, end: number): Expression {
    this.cursor = end;
    return this.add({ kind: "name", name: "log_pi", module: undefined }, first.start, this.previousEnd);
  }

  private qualified(first: Token): Expression {
    const path = [first.text];
    let last = this.memberName();
    while (isInnerModule(last.text) && this.is(".")) {
      path.push(last.text);
      last = this.memberName();
    }
    const module = path.join(".");
    if (this.is("(")) return this.call(last, module, first.start, []);
    return this.add({ kind: "name", name: last.text, module }, first.start, last.end);
  }

  private method(receiver: Expression, start: number): Expression {
    const name = this.memberName();
    if (!this.is("(")) {
      const hint = MEMBER_HINTS.get(name.text);
      const fixes = hint ? [] : [replace("Insert ()", { start: name.end, end: name.end }, "()")];
      const message = `values have no member ${name.text}`;
      this.refuse("member", message, hint ?? "only operators follow a dot, as in x.sum()", name, { fixes });
    }
    return this.call(name, undefined, start, [
      { keyword: undefined, keywordRange: undefined, value: receiver },
    ]);
  }

  protected call(
    name: Token,
    module: string | undefined,
    start: number,
    receiver: readonly Argument[],
  ): Expression {
    const open = this.advance();
    const given = this.nested(open, () => this.arguments(open));
    return this.add(
      {
        kind: "call",
        name: name.text,
        nameRange: { start: name.start, end: name.end },
        module,
        method: receiver.length > 0,
        arguments: [...receiver, ...given],
      },
      start,
      this.previousEnd,
    );
  }

  private arguments(open: Token): Argument[] {
    const given: Argument[] = [];
    while (!this.take(")")) {
      given.push(this.argument(given));
      if (!this.take(",") && !this.is(")")) this.unclosed(open, ")");
    }
    return given;
  }

  private argument(before: readonly Argument[]): Argument {
    const token = this.token;
    if (token.kind === "name" && this.is("=", this.peek(1))) {
      this.cursor += 2;
      const text = this.token.kind === "text" ? this.token : undefined;
      if (text) this.advance();
      if (text && token.text !== "reduction")
        this.refuse("string", "a string may only be the value of reduction=", "remove it", text);
      const value = text
        ? this.add({ kind: "text", value: text.text }, text.start, text.end)
        : this.expression(0);
      return { keyword: token.text, keywordRange: { start: token.start, end: token.end }, value };
    }
    if (before.some((argument) => argument.keyword !== undefined))
      this.refuse(
        "arguments",
        "an argument without a name follows one with a name",
        "put it first, or name it",
        token,
      );
    return { keyword: undefined, keywordRange: undefined, value: this.expression(0) };
  }

  private parenthesised(): Expression {
    const open = this.advance();
    return this.nested(open, () => {
      if (this.is(")"))
        this.refuse("expected", "these parentheses are empty", "put an expression between them", open);
      const first = this.expression(0);
      if (!this.is(",")) {
        if (!this.take(")")) this.unclosed(open, ")");
        return first;
      }
      return this.items(open, ")", [first]);
    });
  }

  private list(): Expression {
    const open = this.advance();
    return this.nested(open, () =>
      this.is("]") ? this.items(open, "]", []) : this.items(open, "]", [this.expression(0)]),
    );
  }

  private items(open: Token, closing: string, items: Expression[]): Expression {
    while (this.take(",") && !this.is(closing)) items.push(this.expression(0));
    if (!this.take(closing)) this.unclosed(open, closing);
    return this.add({ kind: "list", items }, open.start, this.previousEnd);
  }

  private index(target: Expression, start: number): Expression {
    const open = this.advance();
    const entries = this.nested(open, () => {
      if (this.is("]"))
        this.refuse(
          "expected",
          "these brackets are empty",
          "write an index or a slice, as V[0] or V[1:]",
          open,
        );
      const read: IndexEntry[] = [this.entry()];
      while (this.take(",") && !this.is("]")) read.push(this.entry());
      if (!this.take("]")) this.unclosed(open, "]");
      return read;
    });
    return this.add({ kind: "index", target, entries }, start, this.previousEnd);
  }

  private entry(): IndexEntry {
    const start = this.is(":") ? undefined : this.expression(0);
    if (!this.take(":")) return { kind: "at", value: start! };
    const stop = this.sliceBound();
    const step = this.take(":") ? this.sliceBound() : undefined;
    return { kind: "slice", start, stop, step };
  }

  private sliceBound(): Expression | undefined {
    return this.is(":") || this.is("]") || this.is(",") ? undefined : this.expression(0);
  }
}

function emptyProgram(text: string): Diagnostic {
  const hint = "write an expression, as -(G * log_pi).sum()";
  return {
    severity: "error",
    code: "empty",
    message: "there is no loss here",
    hint,
    start: 0,
    end: text.length,
  };
}

function tooLong(text: string, bytes: number): Diagnostic {
  const message = `the text has ${bytes} bytes; at most ${MAXIMUM_BYTES} are read`;
  return { severity: "error", code: "length", message, hint: "make it shorter", start: 0, end: text.length };
}

/**
 * Reads a loss program: statements `name = expression`, one per line, or one bare expression.
 * Limits of size, depth and nodes are enforced while reading; wrong input gives diagnostics, never an exception.
 */
export function parseLoss(text: string): Parsed {
  const bytes = utf8Length(text);
  if (bytes > MAXIMUM_BYTES)
    return { program: undefined, readable: undefined, diagnostics: [tooLong(text, bytes)] };
  const lexed = lex(text, "loss");
  const parser = new Parser(text, lexed.tokens);
  const program = parser.program();
  const diagnostics = [...lexed.diagnostics, ...parser.diagnostics].sort((a, b) => a.start - b.start);
  return { program: diagnostics.length > 0 ? undefined : program, readable: program, diagnostics };
}
