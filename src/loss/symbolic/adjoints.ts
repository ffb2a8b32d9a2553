import { broadcastShapes, compareSizes, type SymbolicShape } from "../shapes.ts";
import { plus, times } from "./arithmetic.ts";
import type { Derivative, DerivativeTable, Passing } from "./derivative.ts";
import { ELEMENTWISE_DERIVATIVES } from "./derivatives/elementwise.ts";
import { full, REDUCTION_DERIVATIVES } from "./derivatives/reductions.ts";
import { STRUCTURE_DERIVATIVES } from "./derivatives/structure.ts";
import { apply, isSameShape, literal, nameOf, operatorOf, type Term } from "./term.ts";

const DERIVATIVES: DerivativeTable = {
  ...ELEMENTWISE_DERIVATIVES,
  ...REDUCTION_DERIVATIVES,
  ...STRUCTURE_DERIVATIVES,
};

/** The formulas of how an operator passes its adjoint on; undefined where there are none. */
export function derivativeOf(name: string): Derivative | undefined {
  return Object.hasOwn(DERIVATIVES, name) ? DERIVATIVES[name] : undefined;
}

/** Every term that `root` is made of, operands before what uses them. */
export function inOrder(root: Term): Term[] {
  const order: Term[] = [];
  const seen = new Set<Term>();
  const visit = (term: Term): void => {
    if (seen.has(term)) return;
    seen.add(term);
    for (const operand of term.operands) visit(operand);
    order.push(term);
  };
  visit(root);
  return order;
}

/**
 * d(sum of root)/d(leaf) as a formula, for every leaf that `isWanted` names and that gradient reaches.
 * A formula may be smaller than its leaf; it is broadcast then. Operators without formulas give adjoint terms.
 */
export function symbolicAdjoints(root: Term, isWanted: (name: string) => boolean): Map<string, Term> {
  const order = inOrder(root);
  const carries = findCarriers(order, isWanted);
  const adjoints = new Map<Term, Term>();
  if (carries.has(root)) adjoints.set(root, literal(1));
  const found = new Map<string, Term>();
  for (const term of order.toReversed()) {
    const g = adjoints.get(term);
    if (!g) continue;
    const name = nameOf(term);
    if (name !== undefined) found.set(name, sumWith(found.get(name), g));
    for (const [of, operand] of term.operands.entries()) {
      if (!carries.has(operand)) continue;
      adjoints.set(operand, sumWith(adjoints.get(operand), passOn(term, g, of)));
    }
  }
  return found;
}

function sumWith(before: Term | undefined, more: Term): Term {
  return before ? plus(before, more) : more;
}

/** Terms through which gradient flows into a wanted leaf. */
function findCarriers(order: readonly Term[], isWanted: (name: string) => boolean): Set<Term> {
  const carries = new Set<Term>();
  for (const term of order) {
    const name = nameOf(term);
    const { source } = term;
    const passes = source.kind === "operator" && source.row.derivative === undefined;
    const flows = passes && term.operands.some((operand) => carries.has(operand));
    if (name === undefined ? flows : isWanted(name) && !term.boolean) carries.add(term);
  }
  return carries;
}

function passOn(term: Term, g: Term, of: number): Term {
  const { source, operands } = term;
  if (source.kind !== "operator") throw new Error("only operators pass gradient on");
  const derivative = derivativeOf(operatorOf(term));
  const passing: Passing = { g, x: operands, y: term, settings: source.settings };
  const passed = derivative?.pass(passing, of);
  const operand = operands[of]!;
  if (!derivative || !passed) return opaque(term, g, of);
  return derivative.elementwise
    ? summedTo(passed, spreadShape(operands, term), operand.shape, operands)
    : passed;
}

function opaque(term: Term, g: Term, of: number): Term {
  const { source, operands } = term;
  if (source.kind !== "operator") throw new Error("only operators pass gradient on");
  return {
    source: { kind: "adjoint", row: source.row, settings: source.settings, of },
    operands: [full(g, term), term, ...operands],
    shape: operands[of]!.shape,
    boolean: false,
    number: false,
  };
}

/** The shape in which an elementwise operator works: also that of a loss before it is reduced. */
function spreadShape(operands: readonly Term[], term: Term): SymbolicShape {
  return operands.reduce<SymbolicShape>(
    (shape, operand) => broadcastShapes(shape, operand.shape) ?? term.shape,
    [],
  );
}

/** Sums an adjoint over what an operand was broadcast along. */
function summedTo(adjoint: Term, from: SymbolicShape, to: SymbolicShape, operands: readonly Term[]): Term {
  if (isSameShape(from, to) || isOnes(from)) return adjoint;
  const largest = operands.find((operand) => isSameShape(operand.shape, from));
  const whole = isSameShape(adjoint.shape, from) ? adjoint : spread(adjoint, largest, operands);
  if (isOnes(to)) return apply("sum", [whole]);
  if (to.length === 1) return from.length === 2 ? apply("sum", [whole], { axis: 0 }) : whole;
  const axis = to.findIndex((size, at) => size === 1 && compareSizes(from[at]!, 1) !== "same");
  return axis < 0 ? whole : apply("sum", [whole], { axis, keepDimension: true });
}

function isOnes(shape: SymbolicShape): boolean {
  return shape.every((size) => size === 1);
}

function spread(adjoint: Term, largest: Term | undefined, operands: readonly Term[]): Term {
  const like = largest ?? operands.reduce((a, b) => apply("add", [plain(a), plain(b)]));
  return times(adjoint, apply("ones_like", [like]));
}

function plain(term: Term): Term {
  return term.boolean ? apply("double", [term]) : term;
}
