import type { Diagnostic } from "./diagnostic.ts";
import { headNames, type LossSymbols, offeredSymbols } from "./names.ts";
import { languageDialect } from "./print/language.ts";
import { type Line, listTerms } from "./print/listing.ts";
import { dependsOnHeads, lossOf, sumOf, type WeightedGradient, weightedGradient } from "./rule/compose.ts";
import { type Meaning, type MeantPart, meanRule } from "./rule/meaning.ts";
import { type DerivationFacts, type DerivationNote, derivationNotes } from "./rule/notes.ts";
import { type ReadRule, readRule } from "./rule/readRule.ts";
import { signOf, updateText } from "./rule/ruleText.ts";
import { leavesIn, nameOf, ShapesClash, someTerm, type Term, termsIn } from "./symbolic/term.ts";

/** One parameter vector's share of a rule. */
export interface DerivedUpdate {
  readonly target: string;
  /** The step size's name: the learning rate of this vector's optimiser; undefined where the rule has none. */
  readonly step: string | undefined;
}

export type Derivation =
  | {
      readonly ok: true;
      /** The rule in canonical ASCII, one line for each definition and parameter vector. */
      readonly rule: string;
      /** The loss, whole, in the loss language. */
      readonly loss: string;
      readonly updates: readonly DerivedUpdate[];
      /** What to know, the most important first. */
      readonly notes: readonly DerivationNote[];
      /** Names that stand for any weight or function and must be filled in: C, g. */
      readonly placeholders: readonly string[];
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

const SIGNS = /←|∇|∂|Δ\s*θ|\+=|-=|\\(?:leftarrow|gets|nabla|partial)|\bgrad(?:_log_\w+)?\s*\(/;

/** Whether a text looks like an update rule rather than a loss. */
export function isRule(text: string): boolean {
  return SIGNS.test(text.replace(/#.*/g, ""));
}

interface Composed {
  readonly target: string;
  readonly parts: readonly (WeightedGradient & { readonly step: string | undefined })[];
}

/** Turns an update rule, in the book's spelling, ASCII or TeX, into the loss whose descent it is. */
export function deriveLoss(text: string, symbols: LossSymbols = offeredSymbols()): Derivation {
  const rule = readRule(text);
  if (rule.diagnostics.length > 0) return { ok: false, diagnostics: rule.diagnostics };
  const meaning = meanRule(rule, symbols);
  if (!meaning.ok) return meaning;
  try {
    return write(rule, meaning);
  } catch (error) {
    if (!(error instanceof ShapesClash)) throw error;
    return { ok: false, diagnostics: [clash(rule, error.message)] };
  }
}

function clash({ updates }: ReadRule, message: string): Diagnostic {
  const { start, end } = updates[0]!;
  const hint = "weights and what is differentiated need one value per step, [T]";
  return { severity: "error", code: "shape", message, hint, start, end };
}

function write(rule: ReadRule, meaning: Meant): Derivation {
  const composed = compose(rule, meaning);
  const facts = factsOf(rule, meaning, composed);
  return {
    ok: true,
    rule: ruleText(meaning, composed),
    loss: lossText(meaning, composed),
    updates: composed.map(({ target, parts }) => ({ target, step: parts[0]!.step })),
    notes: derivationNotes(facts),
    placeholders: meaning.placeholders,
    diagnostics: [],
  };
}

type Meant = Extract<Meaning, { ok: true }>;

/** Updates of the same vector are one. */
function compose(rule: ReadRule, meaning: Meant): Composed[] {
  const byTarget = new Map<string, Composed["parts"][number][]>();
  for (const { target, parts } of rule.updates) {
    const before = byTarget.get(target) ?? [];
    const more = parts.map((part) => ({
      ...weightedGradient(meaning.parts.get(part)!, meaning.names),
      step: part.step,
    }));
    byTarget.set(target, [...before, ...more]);
  }
  return [...byTarget].map(([target, parts]) => ({ target, parts }));
}

function definitionLines(meaning: Meant, roots: readonly Term[], power: "**" | "^") {
  const reached = termsIn(roots);
  const terms = [...meaning.names.keys()].filter((term) => reached.has(term));
  return listTerms([...terms, ...roots], meaning.names, languageDialect(power), []);
}

function ruleText(meaning: Meant, composed: readonly Composed[]): string {
  const roots = composed.flatMap(({ parts }) => parts.flatMap(({ weight, of }) => [weight, of]));
  const { lines, writer } = definitionLines(meaning, roots, "^");
  const given = [...numberLines(meaning, roots), ...lines.filter(({ name }) => meaning.given.has(name))];
  const updates = composed.map(({ target, parts }) => updateText(target, parts, writer.names));
  return [...given.map(({ name, text }) => `${name} = ${text}`), ...updates].join("\n");
}

function lossText(meaning: Meant, composed: readonly Composed[]): string {
  const losses = composed.map(({ parts }) => sumOf(parts.map((part) => lossOf(part, meaning.names))));
  const names = new Map(meaning.names);
  const whole = sumOf(losses);
  if (losses.length > 1)
    for (const [index, loss] of losses.entries()) names.set(loss, `loss_${composed[index]!.target}`);
  const listed = definitionLines({ ...meaning, names }, [whole], "**");
  const result = { name: "loss", text: listed.writer.text(whole) };
  return `${aligned([...numberLines(meaning, [whole]), ...listed.lines, result]).join("\n")}\n`;
}

/** The named numbers that a formula uses. */
function numberLines(meaning: Meant, roots: readonly Term[]): Line[] {
  const leaves = leavesIn(roots);
  return [...meaning.numbers].flatMap(([name, value]) =>
    leaves.has(name) ? [{ name, text: String(value) }] : [],
  );
}

/** `name = text`, with the signs of equality below each other. */
function aligned(lines: readonly Line[]): string[] {
  const width = Math.max(...lines.map(({ name }) => name.length));
  return lines.map(({ name, text }) => `${name.padEnd(width)} = ${text}`);
}

function factsOf(rule: ReadRule, meaning: Meant, composed: readonly Composed[]): DerivationFacts {
  const heads = headNames();
  const isHead = (name: string) => heads.has(name) || meaning.placeholders.includes(name);
  const parts = composed.flatMap((update) => update.parts);
  const meant = [...meaning.parts.values()];
  return {
    ascends: parts.some(({ weight }) => signOf(weight, meaning.names) > 0),
    targets: composed.map(({ target, parts: own }) => ({ target, step: own[0]!.step })),
    weighs: meant.some(({ factors, own }) => factors.length + own.length > 0),
    learned: learnedWeights(meant, isHead, meaning.names),
    steps: parts.some(({ weight, of }) => weight.shape.length > 0 || of.shape.length > 0),
    traces: [...new Set(meant.flatMap(({ part }) => (part.trace ? [part.trace.name] : [])))],
    placeholders: meaning.placeholders,
    functions: rule.functions.map((one) => one.text),
    open: meaning.open,
    averages: rule.averages,
    hasScore: meaning.hasScore,
    readAs: meaning.readAs,
    values: parts.some(({ of }) => someTerm(of, (one) => nameOf(one) === "V")),
  };
}

/** Weights that depend on what is learned, so that detach changes the gradient. */
function learnedWeights(
  meant: readonly MeantPart[],
  isHead: (name: string) => boolean,
  names: ReadonlyMap<Term, string>,
): string[] {
  const { writer } = listTerms([...names.keys()], names, languageDialect("**"), []);
  const factors = meant.flatMap((one) => [...one.factors, ...one.own]);
  const learned = factors.filter(({ term }) => dependsOnHeads(term, isHead));
  return [...new Set(learned.map(({ term }) => writer.text(term)))];
}
