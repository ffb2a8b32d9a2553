import type { Settings } from "../callSettings.ts";
import type { SymbolicShape } from "../shapes.ts";
import { numberOf, operatorOf, settingsOf, type Term } from "../symbolic/term.ts";
import { entryText } from "./language.ts";
import { ATOM, type Dialect, type Writer, type Written, writeInfix, writeNumber } from "./writer.ts";

/** One call being written: its operands as text, its settings, and the functions of our own it may need. */
export interface Call {
  readonly term: Term;
  readonly settings: Settings;
  readonly shapes: readonly SymbolicShape[];
  /** Operand `index` as an argument. */
  argument(index: number): string;
  /** Operand `index` as it is, a plain number as a plain number. */
  plain(index: number): string;
  /** Operand `index` before a dot or a bracket. */
  receiver(index: number): string;
  /** Notes that a function of ours is called; gives its name. */
  helper(name: string): string;
}

/** How operators are written in one library, by the name of their row. The text must need no brackets. */
export type Spellings = Readonly<Record<string, (call: Call) => string>>;

/** What a printer cannot write; the message names the operator. */
export class Unwritable extends Error {}

/** The words of Python that no name may be, and those that the texts use themselves. */
const RESERVED: ReadonlySet<string> = new Set(
  "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with torch np jnp jax F float len range reversed".split(
    " ",
  ),
);

/** A name that Python lets stand: `lambda` becomes `lambda_`. */
export function pythonName(name: string): string {
  return RESERVED.has(name) ? `${name}_` : name;
}

/** Operators that plain Python numbers take without a library. */
const PLAIN: ReadonlySet<string> = new Set([
  "add",
  "sub",
  "mul",
  "div",
  "pow",
  "neg",
  "floor_divide",
  "remainder",
]);

export interface PythonLibrary {
  readonly spellings: Spellings;
  /** Makes a tensor of a plain number. */
  readonly asTensor: (text: string) => string;
  /** How an adjoint without a formula is written; undefined where the library differentiates by itself. */
  readonly adjoint?: (call: Call, of: number, name: string) => string;
}

/** Python with one library: infix operators as they are, everything else by the library's own names. */
export function pythonDialect(library: PythonLibrary): Dialect {
  return {
    number: (value) => writeNumber(value, 'float("inf")', 'float("nan")'),
    name: pythonName,
    operation(term, writer) {
      if (operatorOf(term) === "pos") return writer.write(term.operands[0]!);
      return infix(term, writer, library) ?? call(term, writer, library);
    },
  };
}

/** Infix operators of plain numbers stay plain, but for what Python refuses or answers otherwise. */
function infix(term: Term, writer: Writer, library: PythonLibrary): Written | undefined {
  const name = operatorOf(term);
  const allNumbers = term.operands.every((operand) => operand.number);
  const isSafe =
    PLAIN.has(name) && !(name === "pow" || name === "div" || name === "floor_divide" || name === "remainder");
  if (!allNumbers || isSafe) return writeInfix(term, writer, "**", true);
  const [left, right] = term.operands;
  const known = right && (isPositive(right) || (name === "div" && isCount(right)));
  const simple = PLAIN.has(name) && known && (name !== "pow" || isPositive(left!) || isWhole(right!));
  if (simple) return writeInfix(term, writer, "**", true);
  const wrapped: Writer = Object.create(writer, {
    tight: { value: (operand: Term) => library.asTensor(writer.text(operand)) },
    write: { value: (operand: Term) => ({ text: library.asTensor(writer.text(operand)), strength: ATOM }) },
  });
  return writeInfix(term, wrapped, "**", true);
}

function isPositive(term: Term): boolean {
  return term.source.kind === "number" ? term.source.value > 0 : term.source.kind === "leaf";
}

function isWhole(term: Term): boolean {
  return term.source.kind === "number" && Number.isInteger(term.source.value);
}

function isCount(term: Term): boolean {
  return operatorOf(term) === "numel" || operatorOf(term) === "length";
}

function call(term: Term, writer: Writer, library: PythonLibrary): Written {
  const { source } = term;
  const view = callOf(term, writer, library);
  if (source.kind === "adjoint") {
    if (!library.adjoint) throw new Unwritable(`the gradient of ${source.row.name} has no formula`);
    return { text: library.adjoint(view, source.of, source.row.name), strength: ATOM };
  }
  const name = operatorOf(term);
  const spelling = Object.hasOwn(library.spellings, name) ? library.spellings[name] : undefined;
  if (!spelling) throw new Unwritable(`${name} cannot be written`);
  return { text: spelling(view), strength: ATOM };
}

function callOf(term: Term, writer: Writer, library: PythonLibrary): Call {
  const wrap = (operand: Term, text: string) => (operand.number ? library.asTensor(text) : text);
  return {
    term,
    settings: settingsOf(term),
    shapes: term.operands.map(({ shape }) => shape),
    argument: (index) => wrap(term.operands[index]!, writer.text(term.operands[index]!)),
    plain: (index) => writer.tight(term.operands[index]!, ATOM),
    receiver: (index) => {
      const operand = term.operands[index]!;
      return operand.number ? library.asTensor(writer.text(operand)) : writer.tight(operand, ATOM);
    },
    helper: (name) => writer.helper(name),
  };
}

/** The rank of an operand. */
export function rankOf({ shapes }: Call, index = 0): number {
  return shapes[index]!.length;
}

/** An axis counted from the front; undefined where everything is meant. */
export function axisOf(call: Call): number | undefined {
  const { axis } = call.settings;
  const rank = rankOf(call);
  if (axis === undefined || rank < 2) return undefined;
  return axis < 0 ? axis + rank : axis;
}

/** The axis along which a scan or softmax works; undefined where it works over all elements of a table. */
export function laneOf(call: Call): number | undefined {
  return axisOf(call) ?? (rankOf(call) < 2 ? 0 : undefined);
}

export function indexText(call: Call): string {
  return `${call.receiver(0)}[${(call.settings.entries ?? []).map(entryText).join(", ")}]`;
}

/** A recursion over steps: its columns, n, and where episodes end as far as that was said. */
export function sequenceCall(call: Call, name: string, count: number): string {
  const given = Array.from({ length: count }, (_, index) => call.plain(index));
  const n = call.settings.integer === undefined ? [] : [`n=${call.settings.integer}`];
  const ends = ["bootstrap", "terminated", "truncated"].flatMap((end, index) =>
    numberOf(call.term.operands[count + index]!) === 0 ? [] : [`${end}=${call.plain(count + index)}`],
  );
  return `${call.helper(name)}(${[...given, ...n, ...ends].join(", ")})`;
}
