import type { Diagnostic } from "../diagnostic.ts";
import { namesOf, type ReadRule } from "./readRule.ts";

/** Most uses of names in a rule whose definitions are written out; formulas of this size take some 0.1 s. */
const MAXIMUM_USES = 1000;

/** What is wrong with a rule whose definitions, written out, double again and again; undefined where nothing is. */
export function tooLarge({ definitions, updates }: ReadRule): Diagnostic | undefined {
  const sizes = new Map<string, number>();
  const sizeOf = (names: readonly string[]) => names.reduce((sum, name) => sum + (sizes.get(name) ?? 1), 1);
  for (const { name, expression } of definitions) sizes.set(name, sizeOf(namesOf(expression)));
  const large = updates.find(({ parts }) => {
    const names = parts.flatMap(({ factors, of }) => [
      ...factors.flatMap(({ expression }) => namesOf(expression)),
      ...namesOf(of),
    ]);
    return sizeOf(names) > MAXIMUM_USES;
  });
  return large && diagnostic(large);
}

function diagnostic({ start, end }: ReadRule["updates"][number]): Diagnostic {
  return {
    severity: "error",
    code: "nodes",
    message: `with its definitions written out the rule uses more than ${MAXIMUM_USES} names`,
    hint: "make the definitions shorter, or write the loss itself",
    start,
    end,
  };
}
