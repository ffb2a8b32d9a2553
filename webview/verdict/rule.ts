import type { VerdictView } from "../../src/protocol/views.ts";

const mathNamespace = "http://www.w3.org/1998/Math/MathML";

type RulePart = VerdictView["ruleParts"][number];

/** One mathematical thing with what stands at its shoulders. */
export interface RuleTerm {
  readonly text: string;
  readonly operator: boolean;
  readonly superscript: string | null;
  readonly subscript: string | null;
}

/** Hangs sub- and superscripts on the piece before them; one without a piece before stands by itself. */
export function ruleTerms(parts: readonly RulePart[]): readonly RuleTerm[] {
  const terms: RuleTerm[] = [];
  for (const { text, role } of parts) {
    const last = terms.at(-1);
    if (role === "symbol" || role === "operator" || last === undefined || last[role] !== null) {
      terms.push({ text, operator: role === "operator", superscript: null, subscript: null });
    } else {
      terms[terms.length - 1] = { ...last, [role]: text };
    }
  }
  return terms;
}

/** Builds MathML for a rule, element by element, so that no text is ever read as markup. */
export function ruleMath(parts: readonly RulePart[], page: Document): Element {
  const math = page.createElementNS(mathNamespace, "math");
  math.append(...ruleTerms(parts).map((term) => termElement(term, page)));
  return math;
}

function termElement(term: RuleTerm, page: Document): Element {
  const base = leaf(term.operator ? "mo" : "mi", term.text, page);
  const scripts = { below: term.subscript, above: term.superscript };
  if (scripts.below === null && scripts.above === null) return base;
  const name = scripts.below === null ? "msup" : scripts.above === null ? "msub" : "msubsup";
  const element = page.createElementNS(mathNamespace, name);
  element.append(base);
  for (const text of [scripts.below, scripts.above]) {
    if (text !== null) element.append(leaf("mi", text, page));
  }
  return element;
}

function leaf(name: string, text: string, page: Document): Element {
  const element = page.createElementNS(mathNamespace, name);
  element.textContent = text;
  return element;
}
