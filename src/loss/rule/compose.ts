import { headNames } from "../names.ts";
import { symbolicSize } from "../shapes.ts";
import { factorsOf, negative, over, plus, productOf, times, type Whole } from "../symbolic/arithmetic.ts";
import {
  apply,
  leafTerm,
  literal,
  nameOf,
  numberOf,
  operatorOf,
  someTerm,
  type Term,
} from "../symbolic/term.ts";
import type { MeantFactor, MeantPart } from "./meaning.ts";

/** A weight times a gradient: Σ weight·∇of is added to the parameters. */
export interface WeightedGradient {
  /** Without the sign of descent; constants to the rule. */
  readonly weight: Term;
  readonly of: Term;
}

const STEPS = symbolicSize("T");
/** Names that are the same for every batch or are the clock: nobody would differentiate them. */
const SCHEDULES: ReadonlySet<string> = new Set(["gamma", "alpha", "t", "T", "N"]);

/** The weight and the gradient of one part of a rule, its trace unrolled into a discounted sum of what follows. */
export function weightedGradient(
  { part, factors, of, decay, own }: MeantPart,
  names: Whole,
): WeightedGradient {
  const signed = [literal(part.sign), ...factors.map(inverted)];
  if (part.averaged) signed.push(over(literal(1), leafTerm("T", [], true)));
  if (!part.trace) return { weight: productOf(signed, names), of };
  const later = asColumn(productOf(factors.map(inverted), names));
  const following = apply("discounted_returns", [
    later,
    productOf(decay.map(inverted), names),
    literal(0),
    leafTerm("terminated", [STEPS]),
    leafTerm("truncated", [STEPS]),
  ]);
  return { weight: productOf([literal(part.sign), ...own.map(inverted), following], names), of };
}

function inverted({ term, inverse }: MeantFactor): Term {
  return inverse ? over(literal(1), term) : term;
}

function asColumn(term: Term): Term {
  return term.shape.length === 1 ? term : times(term, apply("ones_like", [leafTerm("r", [STEPS])]));
}

/** Whether a term depends on the policy's or the value's outputs. */
export function dependsOnHeads(term: Term, isHead: (name: string) => boolean): boolean {
  return someTerm(term, (one) => isHead(nameOf(one) ?? ""));
}

/** Whether a factor is more than numbers and the clock, so that the loss says that it is held constant. */
function needsDetach(term: Term): boolean {
  return someTerm(term, (one) => {
    const name = nameOf(one);
    return name !== undefined && !SCHEDULES.has(name) && !(one.shape.length === 0 && !headNames().has(name));
  });
}

function detached(term: Term): Term {
  if (operatorOf(term) === "detach" || !needsDetach(term)) return term;
  if (operatorOf(term) === "div" && numberOf(term.operands[0]!) === 1)
    return over(literal(1), apply("detach", [term.operands[1]!]));
  return apply("detach", [term]);
}

/** The loss whose descent is the weighted gradient: −Σ detach(weight)·of. */
export function lossOf({ weight, of }: WeightedGradient, names: Whole): Term {
  const { outside, inside } = split(weight, names);
  const product = inside.length === 0 ? of : times(productOf(inside.map(detached)), of);
  const summed = product.shape.length === 0 ? product : apply("sum", [product]);
  return negative(times(productOf(outside.map(detached)), summed));
}

/** Single numbers stay outside of the sum over the steps. */
function split(weight: Term, names: Whole): { outside: Term[]; inside: Term[] } {
  const outside: Term[] = [];
  const inside: Term[] = [];
  for (const factor of factorsOf(weight, names))
    (factor.shape.length === 0 && !isClock(factor) ? outside : inside).push(factor);
  return { outside, inside };
}

function isClock(term: Term): boolean {
  return someTerm(term, (one) => nameOf(one) === "t");
}

export function sumOf(terms: readonly Term[]): Term {
  const [first, ...rest] = terms;
  return rest.reduce(plus, first ?? literal(0));
}
