import { buildGraph } from "./build.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { GraphNode } from "./graph.ts";
import { headNames, type LossSymbols, offeredSymbols } from "./names.ts";
import { parseLoss } from "./parse.ts";
import { languageDialect } from "./print/language.ts";
import { type Line, listTerms } from "./print/listing.ts";
import { Writer } from "./print/writer.ts";
import { impliedText } from "./rule/meaning.ts";
import { isParameterName } from "./rule/notation.ts";
import { updateText } from "./rule/ruleText.ts";
import { symbolicAdjoints } from "./symbolic/adjoints.ts";
import { factorsOf, negative, normalised } from "./symbolic/arithmetic.ts";
import { canonicalTerms } from "./symbolic/canonical.ts";
import {
  leafTerm,
  leavesIn,
  nameOf,
  numberOf,
  operatorOf,
  someTerm,
  type Term,
  termsIn,
  writtenSize,
} from "./symbolic/term.ts";
import { tidy } from "./symbolic/tidy.ts";
import { writtenOut } from "./symbolic/writtenOut.ts";
import type { Program } from "./syntax.ts";

/** What one head contributes to the rule that descent on a loss performs. */
export interface ExplainedTerm {
  readonly kind: "policy" | "entropy" | "value" | "output" | "trace";
  /** log_pi, entropy, V, logits, z_theta, … */
  readonly head: string;
  /** The weight of ∇head in the rule language; undefined where the loss allows no formula and only a batch tells it. */
  readonly weight: string | undefined;
}

export type Explanation =
  | {
      readonly ok: true;
      /** The rule that plain gradient descent on the loss performs, its definitions before it; empty where there is none. */
      readonly rule: string;
      /** The parts of the rule that say what a name of it is. */
      readonly definitions: readonly Line[];
      readonly updates: readonly string[];
      readonly terms: readonly ExplainedTerm[];
      /** Heads whose weight is 0 because a named number is. */
      readonly silent: readonly { readonly head: string; readonly because: string }[];
      /** Whether every weight has a formula. */
      readonly complete: boolean;
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** The heads in the order in which a rule names them, and the parameter vector that is said to be theirs. */
const HEADS: readonly { name: string; kind: ExplainedTerm["kind"]; target: string; letter: string }[] = [
  { name: "log_pi", kind: "policy", target: "theta", letter: "c" },
  { name: "entropy", kind: "entropy", target: "theta", letter: "beta_t" },
  { name: "z_theta", kind: "trace", target: "theta", letter: "c_z" },
  { name: "logits", kind: "output", target: "theta", letter: "c_logits" },
  { name: "pi", kind: "output", target: "theta", letter: "c_pi" },
  { name: "mu", kind: "output", target: "theta", letter: "c_mu" },
  { name: "sigma", kind: "output", target: "theta", letter: "c_sigma" },
  { name: "V", kind: "value", target: "w", letter: "c_V" },
  { name: "V_next", kind: "value", target: "w", letter: "c_V_next" },
  { name: "z_w", kind: "trace", target: "w", letter: "c_z_w" },
];

/** Longer formulas are no help to a reader: the batch's numbers are. */
const LONGEST_WEIGHT = 400;

/** A loss with more values than this, all names written out, gets no formulas: working on them would take too long. */
const MOST_VALUES = 5000;

interface Weighed {
  readonly head: (typeof HEADS)[number];
  readonly weight: Term;
  readonly of: Term;
  readonly hasFormula: boolean;
}

/** The update rule that descent on a loss is: every head's gradient with its weight, as formulas where there are. */
export function explainLoss(
  text: string,
  symbols: LossSymbols = offeredSymbols(),
  longest = LONGEST_WEIGHT,
): Explanation {
  const { program, diagnostics } = parseLoss(text);
  if (!program) return { ok: false, diagnostics };
  const { graph, diagnostics: problems } = buildGraph(program, symbols);
  if (!graph) return { ok: false, diagnostics: problems };
  const numbers = numbersOf(program, graph.byExpression);
  const canonical = canonicalTerms(graph, symbols, (node) => numbers.get(node));
  const names = namesOf(program, graph.byExpression, canonical.of, numbers);
  const heads = headNames();
  const adjoints = symbolicAdjoints(canonical.result, (name) => heads.has(name));
  const steps = symbols.has("T") ? leafTerm("T", [], true) : undefined;
  const values = new Map([...numbers].map(([node, name]) => [name, numberOf(node)!]));
  const isLarge = writtenOut(graph) > MOST_VALUES;
  const weighed: Weighed[] = [];
  const silent: { head: string; because: string }[] = [];
  for (const head of HEADS) {
    const adjoint = adjoints.get(head.name);
    const symbol = symbols.get(head.name);
    if (!adjoint || !symbol) continue;
    if (isLarge) {
      weighed.push({ head, weight: adjoint, of: leafTerm(head.name, symbol.shape), hasFormula: false });
      continue;
    }
    const weight = normalised(tidy(negative(adjoint), names, steps), names);
    const because = zeroFactor(weight, names, values);
    if (because !== undefined) silent.push({ head: head.name, because });
    else if (numberOf(weight) !== 0)
      weighed.push({
        head,
        weight,
        of: leafTerm(head.name, symbol.shape),
        hasFormula: hasFormula(weight, names, longest),
      });
  }
  return { ok: true, silent, ...write(weighed, names, values) };
}

function hasFormula(weight: Term, names: ReadonlyMap<Term, string>, longest: number): boolean {
  if (someTerm(weight, ({ source }) => source.kind === "adjoint")) return false;
  if (writtenSize(weight, names) > MOST_PARTS) return false;
  return new Writer(languageDialect("^"), names).text(weight).length <= longest;
}

/** A formula of more parts than a text may have is never written out. */
const MOST_PARTS = 1000;

/** The named number that makes a product 0. */
function zeroFactor(
  weight: Term,
  names: ReadonlyMap<Term, string>,
  values: ReadonlyMap<string, number>,
): string | undefined {
  const zero = factorsOf(weight, names).find((factor) => values.get(nameOf(factor) ?? "") === 0);
  return zero && nameOf(zero);
}

type Written = Pick<
  Extract<Explanation, { ok: true }>,
  "rule" | "definitions" | "updates" | "terms" | "complete"
>;

function write(
  weighed: readonly Weighed[],
  names: ReadonlyMap<Term, string>,
  values: ReadonlyMap<string, number>,
): Written {
  const letters = (one: Weighed) =>
    one.hasFormula ? one.weight : leafTerm(one.head.letter, one.weight.shape);
  const roots = weighed.map(letters);
  const reached = termsIn(roots);
  const used = [...names.keys()].filter((term) => reached.has(term));
  const own = new Map(used.map((term) => [term, names.get(term)!]));
  const { lines, writer } = listTerms([...used, ...roots], own, languageDialect("^"), []);
  const leaves = leavesIn(roots);
  const numbers = [...values].flatMap(([name, value]) =>
    leaves.has(name) ? [{ name, text: String(value) }] : [],
  );
  const definitions = [...numbers, ...lines].filter(({ name, text }) => impliedText(name) !== text);
  const targets = [...new Set(weighed.map(({ head }) => head.target))];
  const updates = targets.map((target) =>
    updateText(
      target,
      weighed
        .filter(({ head }) => head.target === target)
        .map((one) => ({ weight: letters(one), of: one.of, step: "alpha" })),
      writer.names,
    ),
  );
  return {
    rule: [...definitions.map(({ name, text }) => `${name} = ${text}`), ...updates].join("\n"),
    definitions,
    updates,
    terms: weighed.map((one) => ({
      kind: one.head.kind,
      head: one.head.name,
      weight: one.hasFormula ? writer.text(one.weight) : undefined,
    })),
    complete: weighed.every((one) => one.hasFormula),
  };
}

/** Statements that only name a number, by the number's node. */
function numbersOf(
  program: Program,
  byExpression: readonly (GraphNode | undefined)[],
): Map<GraphNode, string> {
  const numbers = new Map<GraphNode, string>();
  for (const { name, expression } of program.statements) {
    const node = byExpression[expression.id];
    const value = node && numberOf(node);
    if (name !== undefined && node && value !== undefined && name !== "loss") numbers.set(node, name);
  }
  return numbers;
}

/** What is detached is a number to a rule anyway: the name is that of the value. */
function withoutDetach(term: Term): Term {
  return operatorOf(term) === "detach" ? withoutDetach(term.operands[0]!) : term;
}

/** The names of all other statements' values but the loss itself. */
function namesOf(
  program: Program,
  byExpression: readonly (GraphNode | undefined)[],
  termOf: (node: GraphNode) => Term,
  numbers: ReadonlyMap<GraphNode, string>,
): Map<Term, string> {
  const names = new Map<Term, string>();
  const taken = new Set<string>(numbers.values());
  for (const statement of program.statements) {
    const node = byExpression[statement.expression.id];
    if (statement.name === undefined || statement === program.result || !node || numbers.has(node)) continue;
    const term = withoutDetach(termOf(node));
    if (term.operands.length === 0 || names.has(term) || taken.has(statement.name)) continue;
    const name = isParameterName(statement.name) ? "weight" : statement.name;
    names.set(term, name);
    taken.add(statement.name);
  }
  return names;
}
