import type { Settings } from "../callSettings.ts";
import { isProblem, type OperatorRow } from "../operator.ts";
import { operatorNamed } from "../operators.ts";
import { compareSizes, type SymbolicShape } from "../shapes.ts";

/** What a term is made of; `adjoint` is the adjoint that an operator passes to operand `of`, where no formula says it. */
export type TermSource =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "leaf"; readonly name: string }
  | { readonly kind: "operator"; readonly row: OperatorRow; readonly settings: Settings }
  | {
      readonly kind: "adjoint";
      readonly row: OperatorRow;
      readonly settings: Settings;
      readonly of: number;
    };

/**
 * A formula over the names of the language. Every value of a compiled program is one; more are made from them.
 * The operands of an `adjoint` are its own adjoint, its value, and the operator's operands.
 */
export interface Term {
  readonly source: TermSource;
  readonly operands: readonly Term[];
  readonly shape: SymbolicShape;
  readonly boolean: boolean;
  readonly number: boolean;
}

export function literal(value: number): Term {
  return { source: { kind: "number", value }, operands: [], shape: [], boolean: false, number: true };
}

export function leafTerm(name: string, shape: SymbolicShape, number = false): Term {
  return { source: { kind: "leaf", name }, operands: [], shape, boolean: false, number };
}

/** Terms were put together whose shapes do not fit; the message says which. */
export class ShapesClash extends Error {}

/** An operator of the language on terms. Throws ShapesClash where the shapes do not fit. */
export function apply(name: string, operands: readonly Term[], settings: Settings = {}): Term {
  const row = operatorNamed(name);
  if (!row) throw new Error(`there is no operator ${name}`);
  const result = row.shape(operands, settings);
  if (isProblem(result)) throw new ShapesClash(result.problem);
  return {
    source: { kind: "operator", row, settings },
    operands,
    shape: result.shape,
    boolean: result.boolean ?? false,
    number: result.number ?? false,
  };
}

/** The row's name of an operator; the empty text for any other term. */
export function operatorOf(term: Term): string {
  return term.source.kind === "operator" ? term.source.row.name : "";
}

export function settingsOf(term: Term): Settings {
  return term.source.kind === "operator" || term.source.kind === "adjoint" ? term.source.settings : {};
}

/** The number that a term is as it is written, sign included; undefined for what is no bare number. */
export function numberOf(term: Term): number | undefined {
  if (term.source.kind === "number") return term.source.value;
  if (operatorOf(term) !== "neg") return undefined;
  const inner = numberOf(term.operands[0]!);
  return inner === undefined ? undefined : -inner;
}

export function nameOf(term: Term): string | undefined {
  return term.source.kind === "leaf" ? term.source.name : undefined;
}

export function isSameShape(a: SymbolicShape, b: SymbolicShape): boolean {
  return a.length === b.length && a.every((size, axis) => compareSizes(size, b[axis]!) === "same");
}

/** Whether `test` holds for a term or anything it is made of. */
export function someTerm(term: Term, test: (term: Term) => boolean): boolean {
  const seen = new Set<Term>();
  const visit = (one: Term): boolean => {
    if (seen.has(one)) return false;
    seen.add(one);
    return test(one) || one.operands.some(visit);
  };
  return visit(term);
}

/** How many parts a formula has when it is written out, named values counted as one. */
export function writtenSize(term: Term, named: ReadonlyMap<Term, unknown>): number {
  const sizes = new Map<Term, number>();
  const visit = (one: Term): number => {
    const known = named.has(one) ? 1 : sizes.get(one);
    if (known !== undefined) return known;
    const size = one.operands.reduce((sum, operand) => sum + visit(operand), 1);
    sizes.set(one, size);
    return size;
  };
  return visit(term);
}

/** All terms that some are made of, themselves among them. */
export function termsIn(roots: Iterable<Term>): ReadonlySet<Term> {
  const seen = new Set<Term>();
  const visit = (term: Term): void => {
    if (seen.has(term)) return;
    seen.add(term);
    for (const operand of term.operands) visit(operand);
  };
  for (const root of roots) visit(root);
  return seen;
}

/** The names of the leaves that some terms are made of. */
export function leavesIn(roots: Iterable<Term>): ReadonlySet<string> {
  return new Set([...termsIn(roots)].flatMap((term) => nameOf(term) ?? []));
}
