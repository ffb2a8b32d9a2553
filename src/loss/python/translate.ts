import { buildGraph } from "../build.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { formatLoss } from "../editing/format.ts";
import { MAXIMUM_BYTES, utf8Length } from "../limits.ts";
import { aliasTargets, type LossSymbols, offeredSymbols } from "../names.ts";
import { parseLoss } from "../parse.ts";
import { type Code, partsOf, substituted, textOf, wordsOf } from "./code.ts";
import { plainExpression } from "./expressions.ts";
import { guessName } from "./guesses.ts";
import { type Assignment, loopLines } from "./loops.ts";
import { isSilent, type Statement, statementsOf } from "./statements.ts";

/** Code of a training script as a loss text. */
export interface Translation {
  readonly text: string;
  /** What was guessed, a sentence each: names that were read as others, numbers that the reader should set. */
  readonly notes: readonly string[];
}

const ASSIGNMENT = /^([\w.]+(?:\[\w+\])?)\s*(?::\s*[\w.[\], ]+?)?\s*([-+*/]?)=(?!=)\s*(.*)$/s;

/**
 * Reads a piece of a training script (PyTorch, JAX, NumPy, TensorFlow) as a loss of the language: loops over steps become
 * columns, calls of distributions the heads, members their last word. Nothing is executed. Undefined where something
 * of it could not be read, or nothing needed to be.
 */
export function translatePython(
  given: string,
  symbols: LossSymbols = offeredSymbols(),
): Translation | undefined {
  if (utf8Length(given) > MAXIMUM_BYTES) return undefined;
  const lines = linesOf(statementsOf(given), false);
  if (lines === undefined || lines.length === 0) return undefined;
  const plain = lines.map(({ name, code }) => ({ name, code: plainExpression(code) }));
  return new Settling(plain, symbols).run();
}

function linesOf(statements: readonly Statement[], isHeld: boolean): Assignment[] | undefined {
  const lines: Assignment[] = [];
  for (const statement of statements) {
    const more = statementLines(statement, isHeld, lines);
    if (more === undefined) return undefined;
    lines.push(...more);
  }
  return lines;
}

function statementLines(
  statement: Statement,
  isHeld: boolean,
  before: readonly Assignment[],
): Assignment[] | undefined {
  const { text, body } = statement;
  if (/^with\b.*no_grad\(\)/.test(text)) return linesOf(body, true);
  if (/^(?:def|with|class|if)\b/.test(text)) return linesOf(body, isHeld);
  if (/^(?:else|elif|except|finally)\b/.test(text)) return [];
  if (/^for\b/.test(text)) return loopLines(statement) ?? loopInside(statement, isHeld);
  if (isSilent(text)) return [];
  const returned = /^return\s+(.*)$/s.exec(text);
  if (returned) return [{ name: "loss", code: wordsOf(returned[1]!.split(",")[0]!) }];
  const several = /^([\w.]+(?:\s*,\s*[\w.]+)+)\s*=(?!=)\s*(.*)$/s.exec(text);
  if (several) return severalLines(partsOf(wordsOf(several[1]!)), partsOf(wordsOf(several[2]!)));
  const assigned = ASSIGNMENT.exec(text);
  if (assigned) return assignment(assigned, isHeld);
  return body.length === 0 && before.length === 0 ? [{ name: "loss", code: wordsOf(text) }] : undefined;
}

function assignment([, target, sign, value]: RegExpExecArray, isHeld: boolean): Assignment[] {
  if (sign === "" && /^0(?:\.0*)?$/.test(value!)) return [];
  const name = target!
    .replace(/\[\w+\]$/, "")
    .split(".")
    .at(-1)!;
  const code = isHeld ? ["(", ...wordsOf(value!), ")", ".", "detach", "(", ")"] : wordsOf(value!);
  return [{ name, code: sign === "" ? code : [name, sign!, "(", ...code, ")"] }];
}

/** a, b = x, y; what a call gives together is left to be known by name. */
function severalLines(targets: readonly Code[], values: readonly Code[]): Assignment[] {
  if (targets.length !== values.length) return [];
  return targets.flatMap((target, at) => {
    const name = target.at(-1)!;
    const code = values[at]!;
    const isItself = code.length === 1 && code[0] === name;
    return isItself ? [] : [{ name, code }];
  });
}

/** A loop over epochs or minibatches: what stands in it is read once. */
function loopInside({ text, body }: Statement, isHeld: boolean): Assignment[] | undefined {
  const isOuter = /\b(?:epochs?|episodes?|updates?|start|_|batch|minibatch|i_episode|iterations?)\b/i.test(
    text,
  );
  return isOuter ? linesOf(body, isHeld) : undefined;
}

/** Settles, step by step, what keeps lines from compiling. */
class Settling {
  private lines: readonly Assignment[];
  private readonly symbols: LossSymbols;
  /** Lines before all others, by name. */
  private readonly first = new Map<string, string>();
  private readonly notes = new Map<string, string>();

  constructor(lines: readonly Assignment[], symbols: LossSymbols) {
    this.lines = lines;
    this.symbols = symbols;
  }

  run(): Translation | undefined {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const text = this.text();
      const [error] = errorsOf(text, this.symbols);
      if (error === undefined) return this.finished();
      if (!this.mend(error, text)) return undefined;
    }
    return undefined;
  }

  private text(): string {
    const first = [...this.first].map(([name, text]) => `${name} = ${text}`);
    return [...first, ...this.lines.map(({ name, code }) => `${name} = ${textOf(code)}`)].join("\n");
  }

  private mend(error: Diagnostic, text: string): boolean {
    const at = text.slice(0, error.start).split("\n").length - 1 - this.first.size;
    const line = this.lines[at];
    if (line === undefined) return false;
    if (error.code === "unknown-name" && this.guess(text.slice(error.start, error.end), at, text))
      return true;
    if (error.code === "result" || error.code === "scalar") return this.sum(at);
    return this.drop(line, at);
  }

  private guess(name: string, from: number, text: string): boolean {
    const guess = guessName(name, text);
    if (guess === undefined) return false;
    this.notes.set(name, guess.note);
    if (guess.kind !== "name") this.first.set(name, guess.text);
    else {
      const by = new Map([[name, [guess.text]]]);
      this.lines = this.lines.map((line, at) =>
        at < from ? line : { name: line.name, code: substituted(line.code, by) },
      );
    }
    return true;
  }

  /** A loss of one step is summed over the steps. */
  private sum(at: number): boolean {
    const { name, code } = this.lines[at]!;
    if (textOf(code).endsWith(").sum()")) return false;
    this.notes.set("", "the loss of a step is summed over the steps");
    this.lines = this.lines.with(at, { name, code: ["(", ...code, ")", ".", "sum", "(", ")"] });
    return true;
  }

  /** Leaves out a line that the language's own names make needless, or that nothing uses. */
  private drop({ name }: Assignment, at: number): boolean {
    const isGiven =
      this.symbols.has(name) || aliasTargets(name).length > 0 || guessName(name, "")?.kind === "definition";
    const isUsed = this.lines.slice(at + 1).some(({ code }) => uses(code, name));
    const isRepeated = this.lines.slice(0, at).some((line) => line.name === name);
    if ((name === "loss" && !isRepeated) || (isUsed && !isGiven)) return false;
    if (isUsed) this.notes.set(name, `${name} is taken by its name`);
    this.lines = this.lines.toSpliced(at, 1);
    return true;
  }

  /** The text without lines that the result does not need. */
  private finished(): Translation {
    const result = this.lines.findLastIndex(({ name }) => name === "loss");
    let lines = result < 0 ? this.lines : this.lines.slice(0, result + 1);
    lines = lines.filter(({ name, code }) => code.length > 1 || code[0] !== name);
    for (let at = lines.length - 2; at >= 0; at--) {
      const later = lines.slice(at + 1);
      if (!later.some(({ code }) => uses(code, lines[at]!.name))) lines = lines.toSpliced(at, 1);
    }
    this.lines = lines;
    const text = this.text();
    return { text: formatLoss(text) ?? `${text}\n`, notes: [...this.notes.values()] };
  }
}

/** Far more than any loss needs: each round mends one thing. */
const MOST_ROUNDS = 100;

function uses(code: Code, name: string): boolean {
  return code.some((word, at) => word === name && code[at - 1] !== ".");
}

function errorsOf(text: string, symbols: LossSymbols): readonly Diagnostic[] {
  const parsed = parseLoss(text);
  if (!parsed.program) return parsed.diagnostics.filter(({ severity }) => severity === "error");
  const built = buildGraph(parsed.program, symbols);
  const errors = built.diagnostics.filter(({ severity }) => severity === "error");
  const result = built.graph?.result;
  if (errors.length > 0 || result === undefined || result.shape.length === 0)
    return errors.toSorted((a, b) => a.start - b.start);
  const { start, end } = parsed.program.result.expression;
  return [{ severity: "error", code: "scalar", message: "the loss is no single number", start, end }];
}
