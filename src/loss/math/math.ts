import type { MathView } from "../../protocol/views.ts";
import { parseLoss } from "../parse.ts";
import { STRENGTH } from "../precedence.ts";
import { isParameterName } from "../rule/notation.ts";
import { parseRule, type RuleLine } from "../rule/ruleParser.ts";
import type { CallNode, Expression, IndexNode } from "../syntax.ts";
import { symbolOf } from "./symbols.ts";

const PRODUCT = STRENGTH.get("*")!;
const SUM = STRENGTH.get("+")!;
const POWER = STRENGTH.get("**")!;
const ATOM = 100;

function node(tag: MathView["tag"], children: readonly MathView[], title?: string): MathView {
  return title ? { tag, children, title } : { tag, children };
}

function leaf(tag: MathView["tag"], text: string, title?: string): MathView {
  return title ? { tag, text, title } : { tag, text };
}

function operator(text: string, title?: string): MathView {
  return leaf("mo", text, title);
}

function row(...children: readonly MathView[]): MathView {
  return children.length === 1 ? children[0]! : node("mrow", children);
}

function bracketed(inner: MathView, open = "(", close = ")"): MathView {
  return row(operator(open), inner, operator(close));
}

/** A letter with what stands below it. */
function letter(text: string, below?: string, title?: string): MathView {
  const base = leaf(/^\d/.test(text) ? "mn" : "mi", text);
  if (below === undefined) return { ...base, ...(title && { title }) };
  return node("msub", [base, leaf("mi", below)], title);
}

const STATE = letter("S", "t", "The state of the step.");
const NEXT_STATE = letter("S", "t+1", "The state that follows.");
const THETA = letter("θ", undefined, symbolOf("theta").meaning);

/** π(A_t|S_t,θ) */
function policy(): MathView[] {
  const meaning = "The probability of the action that was taken.";
  return [
    letter("π", undefined, meaning),
    bracketed(row(letter("A", "t", "The action taken."), operator("|"), STATE, operator(","), THETA)),
  ];
}

function named(name: string): MathView {
  if (name === "log_pi") return row(operator("ln", "The natural logarithm."), ...policy());
  if (name === "log_pi_old") return row(operator("ln"), letter("π", "old", symbolOf(name).meaning));
  const { text, below, of, meaning } = symbolOf(name);
  if (of) return row(letter(text, undefined, meaning), bracketed(of === "state" ? STATE : NEXT_STATE));
  return letter(text, below, meaning);
}

interface Drawn {
  readonly view: MathView;
  readonly strength: number;
}

function atom(view: MathView): Drawn {
  return { view, strength: ATOM };
}

function tight(expression: Expression, strength: number): MathView {
  const drawn = draw(expression);
  return drawn.strength < strength ? bracketed(drawn.view) : drawn.view;
}

const SIGNS: Readonly<Record<string, string>> = {
  "-": "−",
  "<=": "≤",
  ">=": "≥",
  "!=": "≠",
  "==": "=",
  "&": "∧",
  "|": "∨",
  "@": "·",
  "//": "÷",
  "%": "mod",
};

function draw(expression: Expression): Drawn {
  switch (expression.kind) {
    case "number":
      return atom(leaf("mn", numberText(expression.value)));
    case "text":
      return atom(leaf("mtext", expression.value));
    case "constant":
      return atom(leaf("mi", String(expression.value)));
    case "name":
      return atom(named(expression.name));
    case "list":
      return atom(bracketed(row(...separated(expression.items.map((item) => draw(item).view))), "[", "]"));
    case "unary":
      return {
        view: row(
          operator(expression.operator === "~" ? "¬" : (SIGNS[expression.operator] ?? "+")),
          tight(expression.operand, PRODUCT),
        ),
        strength: SUM,
      };
    case "binary":
      return binary(expression);
    case "call":
      return call(expression);
    case "index":
      return atom(indexed(expression));
  }
}

function binary(expression: Expression & { kind: "binary" }): Drawn {
  const { left, right, operator: sign } = expression;
  const strength = STRENGTH.get(sign)!;
  if (sign === "**") return { view: node("msup", [tight(left, ATOM), draw(right).view]), strength: POWER };
  if (sign === "/" || sign === "*") return { view: row(...factors(expression)), strength };
  const text = SIGNS[sign] ?? sign;
  return { view: row(tight(left, strength), operator(text), tight(right, strength + 1)), strength };
}

/** Factors side by side, a divisor below the factor before it; a dot only between two numbers. */
function factors(expression: Expression): MathView[] {
  if (expression.kind !== "binary") return [tight(expression, PRODUCT)];
  const { left, right, operator: sign } = expression;
  if (sign === "/") {
    const above = factors(left);
    return [...above.slice(0, -1), node("mfrac", [unbracketed(above.at(-1)!), draw(right).view])];
  }
  if (sign !== "*") return [tight(expression, PRODUCT)];
  const before = factors(left);
  const next = tight(right, PRODUCT + 1);
  const isDotted = before.at(-1)!.tag === "mn" && next.tag === "mn";
  return [...before, ...(isDotted ? [operator("·")] : []), next];
}

/** The bar of a fraction holds together what brackets would. */
function unbracketed(view: MathView): MathView {
  const [open, inner, close] = view.children ?? [];
  const isBracketed =
    view.tag === "mrow" && view.children?.length === 3 && open?.text === "(" && close?.text === ")";
  return isBracketed ? inner! : view;
}

function numberText(value: number): string {
  return String(value).replace("-", "−").replace("e+", "e").replace("Infinity", "∞");
}

function separated(views: readonly MathView[]): MathView[] {
  return views.flatMap((view, index) => (index === 0 ? [view] : [operator(","), view]));
}

function indexed({ target, entries }: IndexNode): MathView {
  const [entry] = entries;
  const isPlain =
    entries.length === 1 && entry?.kind === "at" && target.kind === "name" && entry.value.kind === "number";
  if (isPlain) {
    const { text, meaning } = symbolOf((target as Expression & { kind: "name" }).name);
    return node(
      "msub",
      [leaf("mi", text), draw(entry.value).view],
      `${meaning} Here of step ${entry.value.value}.`,
    );
  }
  const parts = entries.map((one) => (one.kind === "at" ? draw(one.value).view : operator(":")));
  return row(tight(target, ATOM), bracketed(row(...separated(parts)), "[", "]"));
}

/** What a call is drawn as, where it is not the function's name and brackets. */
const CALLS: Readonly<Record<string, (call: CallNode) => Drawn | undefined>> = {
  grad: ({ arguments: [of] }) => {
    const title = "The gradient towards the parameters.";
    return of && { view: row(operator("∇", title), tight(of.value, ATOM)), strength: POWER };
  },
  exp: ({ arguments: [of] }) => {
    if (of?.value.kind === "name" && of.value.name === "log_pi") return atom(row(...policy()));
    return of && { view: node("msup", [leaf("mi", "e"), draw(of.value).view]), strength: POWER };
  },
  detach: ({ arguments: [of] }) => of && draw(of.value),
  sum: ({ arguments: [of] }) =>
    of && { view: row(operator("Σ"), tight(of.value, PRODUCT)), strength: PRODUCT },
  mean: ({ arguments: [of] }) =>
    of && atom(node("mover", [tight(of.value, ATOM), operator("¯")], "The mean.")),
  abs: ({ arguments: [of] }) => of && atom(bracketed(draw(of.value).view, "|", "|")),
  sqrt: ({ arguments: [of] }) => of && atom(node("msqrt", [draw(of.value).view])),
  discounted_returns: ({ arguments: [of, discount] }) => {
    if (
      of?.value.kind !== "name" ||
      of.value.name !== "r" ||
      discount?.value.kind !== "number" ||
      discount.value.value !== 1
    )
      return undefined;
    const later = node("munder", [
      operator("Σ", "The sum of the rewards from this step on."),
      leaf("mi", "k≥t"),
    ]);
    return { view: row(later, letter("R", "k+1", symbolOf("r").meaning)), strength: PRODUCT };
  },
  square: ({ arguments: [of] }) =>
    of && { view: node("msup", [tight(of.value, ATOM), leaf("mn", "2")]), strength: POWER },
};

function call(expression: CallNode): Drawn {
  const special = Object.hasOwn(CALLS, expression.name) ? CALLS[expression.name]!(expression) : undefined;
  if (special) return special;
  const parts = expression.arguments.map(({ keyword, value }) =>
    keyword === undefined ? draw(value).view : row(leaf("mi", keyword), operator("="), draw(value).view),
  );
  return atom(row(leaf("mi", expression.name), bracketed(row(...separated(parts)))));
}

const SUM_TITLE = "Summed over the steps of the batch.";

/** The summands of a rule's right side, each with Σ_t after its step size; `flipped` where all of them are subtracted. */
function summands(expression: Expression, flipped: boolean): MathView[] {
  if (expression.kind === "binary" && (expression.operator === "+" || expression.operator === "-"))
    return [
      ...summands(expression.left, flipped),
      operator((expression.operator === "+") === flipped ? "−" : "+"),
      ...summands(expression.right, flipped),
    ];
  const views = factors(expression);
  if (expression.kind === "number" || isWholeGradient(expression)) return views;
  const sum = node("munder", [operator("Σ", SUM_TITLE), leaf("mi", "t")]);
  const isStep = leftmost(expression) === "alpha" || leftmost(expression)?.startsWith("alpha_");
  return isStep && views.length > 1 ? [views[0]!, sum, ...views.slice(1)] : [sum, ...views];
}

/** ∇L is summed already. */
function isWholeGradient(expression: Expression): boolean {
  if (expression.kind === "binary") return isWholeGradient(expression.right);
  const [of] = expression.kind === "call" && expression.name === "grad" ? expression.arguments : [];
  return of?.value.kind === "name" && of.value.name === "loss";
}

function leftmost(expression: Expression): string | undefined {
  if (expression.kind === "binary" && (expression.operator === "*" || expression.operator === "/"))
    return leftmost(expression.left);
  return expression.kind === "name" ? expression.name : undefined;
}

function line(one: RuleLine): MathView {
  const { target, operator: sign, expression } = one;
  if (target === undefined) return node("math", summands(expression, false));
  if (sign === "←" && !isParameterName(target))
    return node("math", [named(target), operator("="), draw(expression).view]);
  const change = sign === "-=" ? "−" : "+";
  const symbol = named(target);
  if (sign === "←") return node("math", [symbol, operator("←"), draw(expression).view]);
  return node("math", [
    symbol,
    operator("←"),
    symbol,
    operator(change),
    ...summands(expression, sign === "-="),
  ]);
}

/** A rule as MathML, a tree for each of its lines; empty where it cannot be read. */
export function mathOf(rule: string): MathView[] {
  const { lines, diagnostics } = parseRule(rule);
  return diagnostics.length > 0 ? [] : lines.map(line);
}

/** A loss text as MathML, a tree for each statement; empty where it cannot be read. */
export function mathOfLoss(text: string): MathView[] {
  const { program } = parseLoss(text);
  return (program?.statements ?? []).map(({ name, expression }) => {
    const { view } = draw(expression);
    return node("math", name === undefined ? [view] : [named(name), operator("="), view]);
  });
}
