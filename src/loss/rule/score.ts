import { nameOf, operatorOf, type Term } from "../symbolic/term.ts";

interface Weighted {
  readonly factors: readonly { readonly term: Term; readonly inverse: boolean }[];
  readonly of: Term;
}

/** Whether a term is π(a|s), as rules write it: the exponential of log_pi. */
function isProbability(term: Term): boolean {
  return operatorOf(term) === "exp" && nameOf(term.operands[0]!) === "log_pi";
}

/** ln π(a|s), where it was written as the logarithm of π(a|s). */
function isLogProbability(term: Term): boolean {
  return operatorOf(term) === "log" && isProbability(term.operands[0]!);
}

/** What is differentiated, with ln(π(a|s)) as log_pi. */
export function withoutLogOfExp(term: Term): Term {
  return isLogProbability(term) ? term.operands[0]!.operands[0]! : term;
}

/** Reads ∇π/π, as (13.8) of the book has it, as ∇ln π; undefined where a part holds no such quotient. */
export function asScore<Part extends Weighted>(part: Part): Part | undefined {
  if (!isProbability(part.of)) return undefined;
  const at = part.factors.findIndex(({ term, inverse }) => inverse && isProbability(term));
  if (at < 0) return undefined;
  return { ...part, factors: part.factors.toSpliced(at, 1), of: part.of.operands[0]! };
}
