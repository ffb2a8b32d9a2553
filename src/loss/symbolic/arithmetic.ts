import { broadcastShapes } from "../shapes.ts";
import { apply, isSameShape, literal, numberOf, operatorOf, type Term } from "./term.ts";

/** Whether `part` alone has the shape that the two together would have. */
function keepsShape(part: Term, gone: Term): boolean {
  const together = broadcastShapes(part.shape, gone.shape);
  return together !== undefined && isSameShape(together, part.shape);
}

function isNumber(term: Term, value: number): boolean {
  return numberOf(term) === value;
}

/** The term below a sign. */
function below(term: Term): Term | undefined {
  return operatorOf(term) === "neg" ? term.operands[0] : undefined;
}

export function negative(term: Term): Term {
  const number = numberOf(term);
  if (number !== undefined) return literal(number === 0 ? 0 : -number);
  const inner = below(term);
  if (inner) return inner;
  const [left, right] = term.operands;
  if (operatorOf(term) === "sub") return minus(right!, left!);
  if (operatorOf(term) === "mul" && isNegative(left!)) return times(negative(left!), right!);
  return apply("neg", [term]);
}

function isNegative(term: Term): boolean {
  const number = numberOf(term);
  return number !== undefined && number < 0;
}

/** a·b, with signs and numbers drawn to the front. */
export function times(a: Term, b: Term, whole?: Whole): Term {
  const [first, second] = [numberOf(a), numberOf(b)];
  if (first !== undefined && second !== undefined) return literal(first * second);
  if (isNumber(a, 1) && keepsShape(b, a)) return b;
  if (isNumber(b, 1) && keepsShape(a, b)) return a;
  if (isNumber(a, -1) && keepsShape(b, a)) return negative(b);
  if (isNumber(b, -1) && keepsShape(a, b)) return negative(a);
  const [inA, inB] = [below(a), below(b)];
  if (inA && first === undefined) return negative(times(inA, b));
  if (inB && second === undefined) return negative(times(a, inB));
  if (second !== undefined) return times(b, a);
  if (first !== undefined && operatorOf(b) === "mul" && numberOf(b.operands[0]!) !== undefined)
    return times(times(a, b.operands[0]!), b.operands[1]!);
  if (operatorOf(b) === "div" && isNumber(b.operands[0]!, 1)) return over(a, b.operands[1]!);
  if (whole?.has(b) || whole?.has(a)) return apply("mul", [a, b]);
  if (operatorOf(b) === "mul" && isShort(b)) return times(times(a, b.operands[0]!), b.operands[1]!);
  if (operatorOf(a) === "div" && isNumber(a.operands[0]!, 1) && first === undefined)
    return over(b, a.operands[1]!);
  return apply("mul", [a, b]);
}

export function over(a: Term, b: Term): Term {
  if (isNumber(b, 1) && keepsShape(a, b)) return a;
  const inner = numberOf(a) === undefined ? below(a) : undefined;
  if (inner) return negative(over(inner, b));
  return apply("div", [a, b]);
}

export function plus(a: Term, b: Term): Term {
  const inner = numberOf(b) === undefined ? below(b) : undefined;
  if (inner) return minus(a, inner);
  const first = numberOf(a) === undefined ? below(a) : undefined;
  if (first) return minus(b, first);
  return apply("add", [a, b]);
}

export function minus(a: Term, b: Term): Term {
  const inner = numberOf(b) === undefined ? below(b) : undefined;
  return inner ? plus(a, inner) : apply("sub", [a, b]);
}

/** Terms that are kept whole, whatever they are made of. */
export type Whole = ReadonlyMap<Term, unknown>;

/** Longer products are left as they are: values that are used again and again make them as long as one likes. */
const MOST_FACTORS = 24;

function isShort(product: Term): boolean {
  return countFactors(product, MOST_FACTORS) < MOST_FACTORS;
}

function countFactors(term: Term, most: number): number {
  if (operatorOf(term) !== "mul" || most <= 1) return 1;
  const left = countFactors(term.operands[0]!, most);
  return left >= most ? left : left + countFactors(term.operands[1]!, most - left);
}

/**
 * The factors of a product, left to right; a quotient's divisor comes as `1 / divisor`. Of a very long product
 * the first factors are found and what is left of it is one.
 */
export function factorsOf(term: Term, whole?: Whole): Term[] {
  const factors: Term[] = [];
  const visit = (one: Term): void => {
    const [left, right] = one.operands;
    const name = whole?.has(one) || factors.length > MOST_FACTORS ? "" : operatorOf(one);
    if (name === "mul") {
      visit(left!);
      visit(right!);
    } else if (name === "neg" && numberOf(one) === undefined) {
      factors.push(literal(-1));
      visit(left!);
    } else if (name === "div" && !isNumber(left!, 1)) {
      visit(left!);
      factors.push(over(literal(1), right!));
    } else factors.push(one);
  };
  visit(term);
  return factors;
}

/** A product with its sign and its numbers in front. */
export function normalised(term: Term, whole?: Whole): Term {
  return productOf(factorsOf(term, whole), whole);
}

export function productOf(factors: readonly Term[], whole?: Whole): Term {
  return factors.reduce((product, factor) => times(product, factor, whole), literal(1));
}

/** The summands of a sum with their signs taken in. */
export function summandsOf(term: Term): Term[] {
  const [left, right] = term.operands;
  if (operatorOf(term) === "add") return [...summandsOf(left!), ...summandsOf(right!)];
  if (operatorOf(term) === "sub") return [...summandsOf(left!), ...summandsOf(right!).map(negative)];
  return [term];
}
