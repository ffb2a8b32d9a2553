import { nameOf, operatorOf, type Term } from "../symbolic/term.ts";

interface Weighted {
  readonly factors: readonly { readonly term: Term; readonly inverse: boolean }[];
  readonly of: Term;
}

/** Whether a term is π(a|s), as rules write it: the exponential of log_pi. */
function isProbability(term: Term): boolean {
  return operatorOf(term) === "exp" && nameOf(term.operands[0]!) === "log_pi";
}

/** Reads ∇π/π, as (13.8) of the book has it, as ∇ln π; undefined where a part holds no such quotient. */
export function asScore<Part extends Weighted>(part: Part): Part | undefined {
  if (!isProbability(part.of)) return undefined;
  const at = part.factors.findIndex(({ term, inverse }) => inverse && isProbability(term));
  if (at < 0) return undefined;
  return { ...part, factors: part.factors.toSpliced(at, 1), of: part.of.operands[0]! };
}
