import type { Diagnostic, TextRange } from "../diagnostic.ts";
import type { Expression } from "../syntax.ts";
import { Refusal, replace } from "../tokenCursor.ts";
import { type Factor, type GradientSummand, splitGradients } from "./linear.ts";
import { isParameterName, isStepSize, parameterStem, plainName } from "./notation.ts";
import { type FreeFunction, parseRule, type RuleLine } from "./ruleParser.ts";

/** One summand of an update: what its parameters move by is ± step · Π factors · ∇of, summed over the steps. */
export interface UpdatePart extends TextRange {
  readonly sign: 1 | -1;
  readonly step: string | undefined;
  readonly factors: readonly Factor[];
  readonly of: Expression;
  readonly averaged: boolean;
  /** Where a trace stood in the gradient's place: what it decays by at every step, and the part's own factors. */
  readonly trace:
    | { readonly name: string; readonly decay: readonly Factor[]; readonly own: readonly Factor[] }
    | undefined;
}

/** The change of one parameter vector. */
export interface Update extends TextRange {
  readonly target: string;
  readonly parts: readonly UpdatePart[];
}

export interface Definition extends TextRange {
  readonly name: string;
  readonly expression: Expression;
}

export interface ReadRule {
  readonly updates: readonly Update[];
  readonly definitions: readonly Definition[];
  readonly functions: readonly FreeFunction[];
  /** Whether an expectation was read as the batch's average. */
  readonly averages: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

interface Trace {
  readonly decay: readonly Factor[];
  readonly parts: readonly GradientSummand[];
}

class RuleReader {
  readonly updates: Update[] = [];
  readonly definitions: Definition[] = [];
  private readonly traces = new Map<string, Trace>();
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  read(lines: readonly RuleLine[]): void {
    const traced = new Set(lines.filter(isRecursive).map(({ target }) => target!));
    for (const line of lines) {
      const { target, operator } = line;
      if (target !== undefined && traced.has(target)) this.trace(line, target);
      else if (target === undefined || operator !== "←" || isParameterName(target)) this.update(line);
      else if (line.expression.kind !== "name" || line.expression.name !== target)
        this.definitions.push({
          name: plainName(target),
          expression: line.expression,
          start: line.start,
          end: line.end,
        });
    }
    if (this.updates.length === 0)
      refuse("no-update", "no line changes parameters", "write theta += alpha * G * grad(log_pi)", {
        start: 0,
        end: this.text.length,
      });
  }

  /** `z ← γλz + ∇V`: what a trace decays by, and what is added to it. Its first value says nothing. */
  private trace(line: RuleLine, name: string): void {
    if (line.expression.kind === "number") return;
    const parts = splitGradients(line.expression, (other) => other === name);
    const decay = parts.filter((part) => part.trace !== undefined);
    if (name === "I" && parts.length === 1) return;
    const added = parts.filter((part) => part.of !== undefined);
    if (decay.length !== 1 || decay[0]!.sign !== 1 || added.length + 1 !== parts.length)
      refuse("trace", `${name} is no trace of gradients`, "a trace is z ← γ λ z + ∇V", line);
    this.traces.set(name, { decay: decay[0]!.factors.flatMap(flatten), parts: added });
  }

  private update(line: RuleLine): void {
    const target = line.target ?? "theta";
    const stem = parameterStem(target);
    const all = splitGradients(line.expression, (name) => this.traces.has(name));
    const parts = line.operator === "←" ? withoutTarget(all, stem, line) : all;
    const flip = line.operator === "-=" ? -1 : 1;
    const read = parts.flatMap((part) => this.part(part, flip, stem));
    if (read.length === 0) refuse("no-gradient", "nothing is differentiated here", NO_GRADIENT, line);
    this.updates.push({ target: stem, parts: read, start: line.start, end: line.end });
  }

  private part(part: GradientSummand, flip: 1 | -1, target: string): UpdatePart[] {
    const factors = part.factors.flatMap(flatten);
    const minus = factors.filter((factor) => isMinusOne(factor)).length % 2 === 1 ? -1 : 1;
    const { step, rest } = takeStep(factors.filter((factor) => !isMinusOne(factor)));
    const common = { step, averaged: part.averaged, start: part.start, end: part.end };
    const sign = (part.sign * flip * minus) as 1 | -1;
    if (part.of) return [{ ...common, sign, factors: rest, of: part.of, trace: undefined }];
    const trace = part.trace === undefined ? undefined : this.traces.get(part.trace);
    if (!trace) return this.withoutGradient(part, rest, target);
    return trace.parts.map((added) => ({
      ...common,
      sign: (sign * added.sign) as 1 | -1,
      factors: rest,
      of: added.of!,
      trace: { name: part.trace!, decay: trace.decay, own: added.factors.flatMap(flatten) },
    }));
  }

  private withoutGradient(part: GradientSummand, factors: readonly Factor[], target: string): never {
    const names = factors.map(({ expression }) => (expression.kind === "name" ? expression.name : ""));
    if (names.some((name) => parameterStem(name) === target))
      refuse(
        "decay",
        `${target} itself is no gradient`,
        "weight decay is a setting of the optimiser, not of the loss",
        part,
      );
    const score = factors.find(
      ({ expression }) => expression.kind === "name" && expression.name === "log_pi",
    );
    const written = score && this.text.slice(score.expression.start, score.expression.end);
    const fixes = score ? [replace("Differentiate it", score.expression, `grad(${written})`)] : [];
    return refuse("no-gradient", "this summand has no gradient", NO_GRADIENT, part, fixes);
  }
}

const NO_GRADIENT = "say what is differentiated, as ∇ln π(A|S,θ) or grad(log_pi)";

function refuse(
  code: string,
  message: string,
  hint: string,
  { start, end }: TextRange,
  fixes: Diagnostic["fixes"] = [],
): never {
  throw new Refusal({
    severity: "error",
    code,
    message,
    hint,
    start,
    end,
    ...(fixes.length > 0 && { fixes }),
  });
}

/** Whether a line defines a name by itself, as a trace does. */
function isRecursive(line: RuleLine, _: number, lines: readonly RuleLine[]): boolean {
  const { target, operator } = line;
  if (target === undefined || isParameterName(target)) return false;
  if (operator === "+=" || operator === "-=" || operator === "Δ") return false;
  const mentions = (expression: Expression): boolean =>
    expression.kind !== "name" && namesOf(expression).includes(target);
  return lines.some((other) => other.target === target && mentions(other.expression));
}

/** Every name that an expression holds. */
export function namesOf(expression: Expression): string[] {
  switch (expression.kind) {
    case "name":
      return [expression.name];
    case "unary":
      return namesOf(expression.operand);
    case "binary":
      return [...namesOf(expression.left), ...namesOf(expression.right)];
    case "call":
      return expression.arguments.flatMap(({ value }) => namesOf(value));
    case "index":
      return namesOf(expression.target);
    case "list":
      return expression.items.flatMap(namesOf);
    default:
      return [];
  }
}

/** θ ← θ + …: the summands without θ itself. */
function withoutTarget(parts: readonly GradientSummand[], stem: string, line: RuleLine): GradientSummand[] {
  const isTarget = ({ of, trace, factors, sign }: GradientSummand) => {
    const [only] = factors;
    if (of || trace || sign !== 1 || factors.length !== 1 || only?.expression.kind !== "name") return false;
    return parameterStem(only.expression.name) === stem;
  };
  const rest = parts.filter((part) => !isTarget(part));
  if (rest.length + 1 === parts.length) return rest;
  const shrunk = rest.find(({ of, trace, factors }) => {
    const isOwn = ({ expression }: Factor) =>
      namesOf(expression).some((name) => parameterStem(name) === stem);
    return !of && !trace && factors.some(isOwn);
  });
  if (shrunk)
    return refuse(
      "decay",
      `${stem} itself is multiplied`,
      `weight decay is a setting of the optimiser, not of the loss: write ${stem} ← ${stem} + …`,
      shrunk,
    );
  const other = parts.find(({ factors }) => {
    const [only] = factors;
    return factors.length === 1 && only?.expression.kind === "name" && isParameterName(only.expression.name);
  });
  if (rest.length === parts.length && other) {
    const name = (other.factors[0]!.expression as Expression & { kind: "name" }).name;
    return refuse(
      "target",
      `${stem} is changed, but the right side begins from ${name}`,
      `write ${stem} ← ${stem} + …`,
      other,
    );
  }
  const at = line.targetRange ?? line;
  if (rest.length < parts.length)
    return refuse("target", `${stem} occurs more than once on the right`, `write ${stem} ← ${stem} + …`, at);
  const fix = replace(`Write ${stem} += …`, { start: at.start, end: line.expression.start }, `${stem} += `);
  const hint = `write ${stem} ← ${stem} + …, or ${stem} += …`;
  return refuse("target", `${stem} is replaced, not changed: it is missing on the right`, hint, at, [fix]);
}

/** The factors of a product, quotients' divisors among them; −x gives the factor −1. */
function flatten(factor: Factor): Factor[] {
  const { expression, inverse } = factor;
  if (expression.kind === "binary" && expression.operator === "*")
    return [expression.left, expression.right].flatMap((part) => flatten({ expression: part, inverse }));
  if (expression.kind === "binary" && expression.operator === "/")
    return [
      ...flatten({ expression: expression.left, inverse }),
      ...flatten({ expression: expression.right, inverse: !inverse }),
    ];
  if (expression.kind === "unary" && expression.operator === "-") {
    const one: Expression = {
      kind: "number",
      value: -1,
      id: -1,
      start: expression.start,
      end: expression.end,
    };
    return [{ expression: one, inverse: false }, ...flatten({ expression: expression.operand, inverse })];
  }
  return [factor];
}

function isMinusOne({ expression }: Factor): boolean {
  return expression.kind === "number" && expression.value === -1;
}

function takeStep(factors: readonly Factor[]): { step: string | undefined; rest: readonly Factor[] } {
  const found = factors.find(
    ({ expression, inverse }) => !inverse && expression.kind === "name" && isStepSize(expression.name),
  );
  if (found?.expression.kind !== "name") return { step: undefined, rest: factors };
  return { step: found.expression.name, rest: factors.filter((factor) => factor !== found) };
}

/** Reads a rule text as updates of parameter vectors, definitions and traces. */
export function readRule(text: string): ReadRule {
  const parsed = parseRule(text);
  const reader = new RuleReader(text);
  const { functions, averages } = parsed;
  const read = { updates: reader.updates, definitions: reader.definitions, functions, averages };
  if (parsed.diagnostics.length > 0) return { ...read, diagnostics: parsed.diagnostics };
  try {
    reader.read(parsed.lines);
    return { ...read, diagnostics: [] };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...read, diagnostics: [error.diagnostic] };
  }
}
