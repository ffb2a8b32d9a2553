import { POWER, PREFIX_STRENGTH, STRENGTH } from "../precedence.ts";
import { operatorOf, type Term } from "../symbolic/term.ts";

/** A formula as text, with how tightly it holds together: brackets are needed where more is asked for. */
export interface Written {
  readonly text: string;
  readonly strength: number;
}

/** A name, a number, a call: never needs brackets. */
export const ATOM = 100;

/** How one language writes numbers, operators and names. */
export interface Dialect {
  number(value: number): Written;
  name(name: string): string;
  /** An operator or an adjoint; its parts are written by the writer given. */
  operation(term: Term, writer: Writer): Written;
}

const INFIX: Readonly<Record<string, string>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  floor_divide: "//",
  remainder: "%",
  matmul: "@",
  pow: "**",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
  eq: "==",
  ne: "!=",
  logical_and: "&",
  logical_or: "|",
};

/** Writes terms in one dialect; terms that have a name are written by it. */
export class Writer {
  readonly dialect: Dialect;
  readonly names: ReadonlyMap<Term, string>;
  /** Functions of our own that the text calls. */
  readonly helpers = new Set<string>();

  constructor(dialect: Dialect, names: ReadonlyMap<Term, string> = new Map()) {
    this.dialect = dialect;
    this.names = names;
  }

  write(term: Term): Written {
    const name = this.names.get(term);
    return name === undefined ? this.open(term) : { text: this.dialect.name(name), strength: ATOM };
  }

  /** The formula of a term itself, also where it has a name. */
  open(term: Term): Written {
    const { source } = term;
    if (source.kind === "number") return this.dialect.number(source.value);
    if (source.kind === "leaf") return { text: this.dialect.name(source.name), strength: ATOM };
    return this.dialect.operation(term, this);
  }

  /** The text of a term where anything may stand, as an argument of a call. */
  text(term: Term): string {
    return this.write(term).text;
  }

  /** The text of a term, in brackets unless it holds together at least so tightly. */
  tight(term: Term, strength: number): string {
    const written = this.write(term);
    return written.strength < strength ? `(${written.text})` : written.text;
  }

  helper(name: string): string {
    this.helpers.add(name);
    return name;
  }
}

/** Signs and infix operators as Python and our language have them; undefined for any other operator. */
export function writeInfix(term: Term, writer: Writer, power: string, spaced = false): Written | undefined {
  const name = operatorOf(term);
  const [left, right] = term.operands as [Term, Term];
  if (name === "neg") return writeNegative(left, writer);
  if (name === "logical_not")
    return { text: `~${writer.tight(left, PREFIX_STRENGTH)}`, strength: PREFIX_STRENGTH };
  const operator = Object.hasOwn(INFIX, name) ? INFIX[name] : undefined;
  if (operator === undefined) return undefined;
  const strength = STRENGTH.get(operator)!;
  if (strength === POWER) {
    const gap = spaced ? " " : "";
    const text = `${writer.tight(left, POWER + 1)}${gap}${power}${gap}${writer.tight(right, POWER)}`;
    return { text, strength };
  }
  const least = operator === "<" || strength === STRENGTH.get("==") ? strength + 1 : strength;
  return { text: `${writer.tight(left, least)} ${operator} ${writer.tight(right, strength + 1)}`, strength };
}

/** −(a·b) is (−a)·b: the sign needs no brackets before a product. */
function writeNegative(operand: Term, writer: Writer): Written {
  const product = STRENGTH.get("*")!;
  const written = writer.write(operand);
  if (written.strength === product && isScaled(operand, writer) && !written.text.startsWith("-"))
    return { text: `-${written.text}`, strength: product };
  const text =
    written.strength < PREFIX_STRENGTH || written.text.startsWith("-") ? `(${written.text})` : written.text;
  return { text: `-${text}`, strength: PREFIX_STRENGTH };
}

/** Whether a term is a product or a quotient from its first factor on, so that the first, a number, may take the sign. */
function isScaled(term: Term, writer: Writer): boolean {
  const name = operatorOf(term);
  if (name !== "mul" && name !== "div") return false;
  const [left] = term.operands;
  if (left!.boolean) return false;
  return writer.write(left!).strength > STRENGTH.get("*")! || isScaled(left!, writer);
}

/** A number as Python, JavaScript and our language read it; the infinities and NaN have other names there. */
export function writeNumber(value: number, infinity: string, nan: string): Written {
  if (Number.isNaN(value)) return { text: nan, strength: ATOM };
  if (value < 0 || Object.is(value, -0)) {
    const { text } = writeNumber(-value, infinity, nan);
    return { text: `-${text}`, strength: PREFIX_STRENGTH };
  }
  return { text: value === Number.POSITIVE_INFINITY ? infinity : String(value), strength: ATOM };
}
