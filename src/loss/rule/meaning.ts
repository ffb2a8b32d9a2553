import { buildGraph } from "../build.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { GraphNode } from "../graph.ts";
import { aliasTargets, type LossSymbol, type LossSymbols } from "../names.ts";
import { parseLoss } from "../parse.ts";
import { symbolicSize } from "../shapes.ts";
import type { Term } from "../symbolic/term.ts";
import type { Expression, Program, Statement } from "../syntax.ts";
import { copyExpression } from "./copy.ts";
import type { Factor } from "./linear.ts";
import { namesOf, type ReadRule, type UpdatePart } from "./readRule.ts";
import { asScore, withoutLogOfExp } from "./score.ts";

/** A part of an update with every name made out. */
export interface MeantPart {
  readonly part: UpdatePart;
  readonly factors: readonly MeantFactor[];
  readonly of: Term;
  readonly decay: readonly MeantFactor[];
  readonly own: readonly MeantFactor[];
}

export interface MeantFactor {
  readonly term: Term;
  readonly inverse: boolean;
}

/** A name that a rule leaves open and that the loss needs a number for. */
export interface OpenNumber {
  readonly name: string;
  readonly value: number;
}

export type Meaning =
  | {
      readonly ok: true;
      /** By update and part, as in the rule read. */
      readonly parts: ReadonlyMap<UpdatePart, MeantPart>;
      /** The values that have a line of their own. */
      readonly names: ReadonlyMap<Term, string>;
      /** Those of them that the rule itself defines, with their text in the language. */
      readonly given: ReadonlySet<string>;
      /** Numbers that have a line of their own, those that the rule leaves open among them. */
      readonly numbers: ReadonlyMap<string, number>;
      readonly open: readonly OpenNumber[];
      /** Names that stand for any weight or function. */
      readonly placeholders: readonly string[];
      /** Whether a ∇π/π was read as ∇ln π. */
      readonly hasScore: boolean;
      /** Names that were read as another: v_t as G. */
      readonly readAs: ReadonlyMap<string, string>;
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** What rules name and the language does not: the line that defines it. */
const IMPLIED: ReadonlyMap<string, string> = new Map([
  ["G", "discounted_returns(r, gamma)"],
  ["delta", "td_error(r, V, gamma)"],
  ["ratio", "exp(log_pi - log_pi_old)"],
  ["I", "gamma**t"],
]);

/** Numbers that a rule may leave open, with the value written for them. */
const OPEN_NUMBERS: ReadonlyMap<string, number> = new Map([
  ["beta", 0.01],
  ["lambda", 0.95],
  ["eps", 0.2],
  ["epsilon", 0.2],
  ["kappa", 1],
  ["tau", 1],
  ["c1", 0.5],
  ["c2", 0.01],
  ["c_1", 0.5],
  ["c_2", 0.01],
]);

/** Letters that stand for any weight. */
const WEIGHTS: ReadonlySet<string> = new Set(["C", "c", "C_t", "c_t", "Psi", "psi_t"]);

/** Letters that stand for any function under ∇. */
const FUNCTIONS: ReadonlySet<string> = new Set(["g", "f", "h", "g_t", "f_t", "g_theta", "f_theta"]);

/** Names of rules for what the language has under another. */
const READ_AS: ReadonlyMap<string, string> = new Map([
  ["v_t", "G"],
  ...["Q", "q", "Q_t", "Q_pi", "q_pi", "Q_w"].map((name) => [name, "G"] as const),
  ...["b", "b_t", "baseline"].map((name) => [name, "V"] as const),
  ...["reward_to_go", "rewards_to_go", "rtg", "discounted_rewards"].map((name) => [name, "G"] as const),
  ...["A", "advantage_t"].map((name) => [name, "adv"] as const),
]);

const COLUMN = [symbolicSize("T")];

/** Names that rules have for what no batch holds, with what to write instead. */
const HINTS: ReadonlyMap<string, string> = new Map([
  ["J", "no batch holds J itself; write what estimates its gradient, as γ^t G ∇ln π(A|S,θ)"],
  ["L", "write the loss itself in place of L: theta -= alpha * grad(…)"],
]);

class Meaner {
  private readonly rule: ReadRule;
  private readonly symbols: Map<string, LossSymbol>;
  private readonly nodes: Expression[] = [];
  private readonly statements: Statement[] = [];
  private readonly defined = new Set<string>();
  readonly given = new Set<string>();
  readonly open: OpenNumber[] = [];
  readonly numbers = new Map<string, number>();
  readonly placeholders: string[] = [];
  readonly readAs = new Map<string, string>();
  private readonly usesNext: boolean;

  constructor(rule: ReadRule, symbols: LossSymbols) {
    this.rule = rule;
    this.symbols = new Map(symbols);
    this.usesNext = this.allNames().includes("V_next");
    for (const { name } of rule.definitions) this.defined.add(name);
  }

  mean(): Meaning {
    this.offerPlaceholders();
    for (const name of new Set(this.allNames())) this.imply(name);
    for (const { name, expression } of this.rule.definitions) this.define(name, expression);
    const spoken = this.rule.updates.flatMap(({ parts }) =>
      parts.map((part) => ({ part, ...this.speak(part) })),
    );
    const program: Program = {
      text: "",
      statements: this.statements,
      result: this.statements.at(-1)!,
      nodes: this.nodes,
    };
    const { graph, diagnostics } = buildGraph(program, this.symbols);
    const errors = diagnostics.filter(({ severity }) => severity === "error").map(withHint);
    if (!graph || errors.length > 0) return { ok: false, diagnostics: errors };
    const termOf = (expression: Expression) => graph.byExpression[expression.id]!;
    const factor = ({ expression, inverse }: Factor) => ({ term: termOf(expression), inverse });
    const meant = spoken.map(({ part, factors, of, decay, own }) => ({
      part,
      factors: factors.map(factor),
      of: withoutLogOfExp(termOf(of)),
      decay: decay.map(factor),
      own: own.map(factor),
    }));
    const scores = meant.map(asScore);
    const parts = new Map(meant.map((one, index) => [one.part, scores[index] ?? one]));
    return {
      ok: true,
      parts,
      names: this.namesOf(graph.byExpression),
      given: this.given,
      numbers: this.numbers,
      open: this.open,
      placeholders: this.placeholders,
      hasScore: scores.some((score) => score !== undefined),
      readAs: this.readAs,
    };
  }

  private namesOf(byExpression: readonly (GraphNode | undefined)[]): Map<Term, string> {
    const names = new Map<Term, string>();
    for (const { name, expression } of this.statements) {
      const node = byExpression[expression.id];
      if (name !== undefined && node && node.source.kind !== "leaf" && !names.has(node))
        names.set(node, name);
    }
    return names;
  }

  private allNames(): string[] {
    const { updates, definitions } = this.rule;
    const factors = (list: readonly Factor[]) => list.flatMap(({ expression }) => namesOf(expression));
    const parts = updates.flatMap((update) => update.parts);
    return [
      ...definitions.flatMap(({ expression }) => namesOf(expression)),
      ...parts.flatMap(({ factors: own, of, trace }) => [
        ...factors(own),
        ...namesOf(of),
        ...(trace ? [...factors(trace.decay), ...factors(trace.own)] : []),
      ]),
    ];
  }

  private isKnown(name: string): boolean {
    return this.defined.has(name) || this.symbols.has(name);
  }

  private offerPlaceholders(): void {
    const free = this.rule.functions.map(({ name }) => name);
    const weights = this.allNames().filter((name) => WEIGHTS.has(name));
    const functions = this.rule.updates.flatMap(({ parts }) =>
      parts.flatMap(({ of }) => (of.kind === "name" && FUNCTIONS.has(of.name) ? [of.name] : [])),
    );
    for (const name of [...free, ...weights, ...functions]) {
      if (this.isKnown(name) || this.placeholders.includes(name)) continue;
      this.symbols.set(name, { name, shape: COLUMN });
      this.placeholders.push(name);
    }
  }

  /** Adds the line that a name of rules needs, such as G's. */
  private imply(name: string): void {
    const meant = this.meantBy(name);
    const text = this.isKnown(meant) ? undefined : IMPLIED.get(meant);
    if (text !== undefined) {
      const { program } = parseLoss(text);
      this.defined.add(meant);
      this.state(meant, program!.result.expression);
    }
    const value = this.isKnown(name) ? undefined : OPEN_NUMBERS.get(name);
    if (value === undefined) return;
    this.open.push({ name, value });
    this.number(name, value);
  }

  /** A named number stays a name in what is written, whatever its value. */
  private number(name: string, value: number): void {
    this.defined.delete(name);
    this.symbols.set(name, { name, shape: [], number: true });
    this.numbers.set(name, value);
  }

  private define(name: string, expression: Expression): void {
    this.given.add(name);
    if (expression.kind === "number") this.number(name, expression.value);
    else this.state(name, expression);
  }

  /** The language's name for a name of a rule; `R` is a reward beside V(S′), a return elsewhere. */
  private meantBy(name: string): string {
    if (this.isKnown(name)) return name;
    const readAs = READ_AS.get(name);
    if (readAs !== undefined) return this.note(name, readAs);
    if (name === "R" || name === "R_t") return this.note(name, this.usesNext ? "r" : "G");
    const targets = aliasTargets(name);
    return targets.find((target) => this.isKnown(target) || IMPLIED.has(target)) ?? name;
  }

  private note(name: string, meant: string): string {
    this.readAs.set(name, meant);
    return meant;
  }

  private state(name: string | undefined, expression: Expression): Expression {
    const copied = copyExpression(expression, this.nodes, (other) => this.meantBy(other));
    const { start, end } = expression;
    this.statements.push({ name, nameRange: undefined, expression: copied, start, end });
    return copied;
  }

  private speak(part: UpdatePart) {
    const factor = ({ expression, inverse }: Factor): Factor => ({
      expression: this.state(undefined, expression),
      inverse,
    });
    return {
      factors: part.factors.map(factor),
      decay: part.trace?.decay.map(factor) ?? [],
      own: part.trace?.own.map(factor) ?? [],
      of: this.state(undefined, part.of),
    };
  }
}

function withHint(diagnostic: Diagnostic): Diagnostic {
  const name = /^there is no (\w+) here/.exec(diagnostic.message)?.[1];
  const hint = name === undefined ? undefined : HINTS.get(name);
  if (hint === undefined) return diagnostic;
  const { fixes: _, ...rest } = diagnostic;
  return { ...rest, hint };
}

/** Makes out what every name of a rule is, and adds the lines that rules leave unsaid, such as G's. */
export function meanRule(rule: ReadRule, symbols: LossSymbols): Meaning {
  return new Meaner(rule, symbols).mean();
}

/** The text of the line that a rule need not have, as it is written in the language: G's is `discounted_returns(r, gamma)`. */
export function impliedText(name: string): string | undefined {
  return IMPLIED.get(name);
}
