import { minus, negative, over, plus, times } from "./arithmetic.ts";
import { operatorOf, type Term } from "./term.ts";

/**
 * A weight as a reader wants it: what is detached is a number anyway, counts of steps are T, named values keep
 * their names. `steps` stands for T where the names offer it.
 */
export function tidy(term: Term, names: ReadonlyMap<Term, string>, steps: Term | undefined): Term {
  const done = new Map<Term, Term>();
  const visit = (one: Term): Term => {
    const known = done.get(one);
    if (known) return known;
    const tidied = names.has(one) ? one : rebuilt(one, visit, steps);
    done.set(one, tidied);
    return tidied;
  };
  return visit(term);
}

const PAIRS: Readonly<Record<string, (a: Term, b: Term) => Term>> = {
  mul: times,
  div: over,
  add: plus,
  sub: minus,
};

function rebuilt(term: Term, visit: (term: Term) => Term, steps: Term | undefined): Term {
  const name = operatorOf(term);
  if (name === "detach") return visit(term.operands[0]!);
  if (steps && countsSteps(term)) return steps;
  const operands = term.operands.map(visit);
  if (Object.hasOwn(PAIRS, name)) return PAIRS[name]!(operands[0]!, operands[1]!);
  if (name === "neg") return negative(operands[0]!);
  return operands.every((operand, index) => operand === term.operands[index]) ? term : { ...term, operands };
}

function countsSteps(term: Term): boolean {
  const name = operatorOf(term);
  const [counted] = term.operands;
  const size = counted?.shape[0];
  const isSteps = typeof size === "object" && size.symbol === "T" && size.offset === 0 && !size.loose;
  if (!isSteps) return false;
  return (name === "numel" && counted!.shape.length === 1) || (name === "length" && settingZero(term));
}

function settingZero(term: Term): boolean {
  return term.source.kind === "operator" && term.source.settings.integer === 0;
}
