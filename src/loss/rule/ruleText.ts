import { languageDialect } from "../print/language.ts";
import { Writer } from "../print/writer.ts";
import { factorsOf, negative, productOf } from "../symbolic/arithmetic.ts";
import { numberOf, operatorOf, type Term } from "../symbolic/term.ts";
import type { WeightedGradient } from "./compose.ts";

const PRODUCT = 50;

/** One update in the rule language's canonical form: `theta += alpha * gamma^t * G * grad(log_pi)`. */
export function updateText(
  target: string,
  parts: readonly (WeightedGradient & { readonly step: string | undefined })[],
  names: ReadonlyMap<Term, string>,
): string {
  const writer = new Writer(languageDialect("^"), names);
  const written = parts.map(({ weight, of, step }) => {
    const { sign, size } = signed(weight, names);
    const factors = [step, size && writer.tight(size, PRODUCT), `grad(${writer.text(of)})`];
    return { sign, text: factors.filter((factor) => factor !== undefined).join(" * ") };
  });
  const [first, ...rest] = written;
  const more = rest.map(({ sign, text }) => ` ${sign === first!.sign ? "+" : "-"} ${text}`).join("");
  return `${target} ${first!.sign}= ${first!.text}${more}`;
}

/** A weight without its sign; no size at all where it is 1. What is detached is a number anyway. */
function signed(weight: Term, names: ReadonlyMap<Term, string>): { sign: "+" | "-"; size: Term | undefined } {
  const factors = factorsOf(weight, names).map((factor) =>
    operatorOf(factor) === "detach" ? factor.operands[0]! : factor,
  );
  const product = productOf(factors, names);
  const leading = factorsOf(product, names)[0]!;
  const number = numberOf(leading);
  const isNegative = number !== undefined && number < 0;
  const size = isNegative ? negative(product) : product;
  return { sign: isNegative ? "-" : "+", size: numberOf(size) === 1 ? undefined : size };
}

/** Whether a weight adds to its head (1) or takes from it (−1), as it is written. */
export function signOf(weight: Term, names: ReadonlyMap<Term, string>): 1 | -1 {
  return signed(weight, names).sign === "+" ? 1 : -1;
}
