import { insertAt, replaceNode, type ScriptChange, type TextEdit } from "../change.ts";
import type { TrainingScript } from "../meaning.ts";
import { around, binary, call, keyOf, type PythonScript, parts, type SyntaxNode } from "../script.ts";

/** A loop that makes returns: R = r + γ·R. */
export interface Recurrence {
  readonly statement: SyntaxNode;
  readonly key: string;
  readonly discount: SyntaxNode;
  /** λ of generalised advantages. */
  readonly lambda: SyntaxNode | undefined;
  readonly loop: SyntaxNode;
}

/** The recurrences of a script in the order of the text. */
export function recurrences({ script }: TrainingScript): readonly Recurrence[] {
  return script.nodes("AssignStatement").flatMap((statement) => {
    const items = parts(statement);
    const keys = new Set(items.slice(0, -1).map((item) => keyOf(item, script)));
    const sum = items.at(-1) && binary(items.at(-1)!, script);
    const loop = around(statement, "ForStatement");
    if (sum?.operator !== "+" || !loop) return [];
    for (const side of [sum.left, sum.right]) {
      const product = binary(side, script);
      if (product?.operator !== "*") continue;
      const isOwn = (node: SyntaxNode) => keys.has(keyOf(node, script) ?? "");
      const own = isOwn(product.left) ? product.left : product.right;
      const other = own === product.left ? product.right : product.left;
      const discount = factorNamed(other, /gamma|discount/i, script) ?? onlyFactor(other);
      const lambda = factorNamed(other, /lam/i, script);
      if (isOwn(own) && discount) return [{ statement, key: keyOf(own, script)!, discount, lambda, loop }];
    }
    return [];
  });
}

/** The factor of such a name, where γ is multiplied with more (a mask, λ). */
function factorNamed(node: SyntaxNode, name: RegExp, script: PythonScript): SyntaxNode | undefined {
  const product = binary(node, script);
  if (product) return factorNamed(product.left, name, script) ?? factorNamed(product.right, name, script);
  const key = keyOf(node, script);
  return key !== undefined && name.test(key.split(".").at(-1)!) ? node : undefined;
}

function onlyFactor(node: SyntaxNode): SyntaxNode | undefined {
  return /^(VariableName|MemberExpression|Number)$/.test(node.name) ? node : undefined;
}

/** The loop runs from the last step to the first, and what it makes is put in front. */
export function sumFromTheEnd(training: TrainingScript): readonly ScriptChange[] {
  for (const recurrence of recurrences(training)) {
    const edits = [...turnLoop(training, recurrence), ...putInFront(training, recurrence)];
    if (edits.length > 0) return [{ title: "sum from the last step to the first", edits }];
  }
  return [];
}

function turnLoop({ script }: TrainingScript, { loop }: Recurrence): readonly TextEdit[] {
  const items = parts(loop);
  const over = items[items.findIndex(({ name }) => name === "in") + 1];
  if (!over || isReversed(script.textOf(over))) return [];
  return [insertAt(over.from, "reversed("), insertAt(over.to, ")")];
}

function isReversed(text: string): boolean {
  return /\breversed\s*\(|\[\s*::\s*-1\s*\]|^range\(.*,\s*-1\s*\)$/s.test(text);
}

/** append(R) in a loop from the end makes the list stand on its head, unless it is turned afterwards. */
function putInFront({ script }: TrainingScript, { loop, key }: Recurrence): readonly TextEdit[] {
  for (const node of script.nodes("CallExpression", loop)) {
    const made = call(node, script);
    const list = made?.name === "append" && made.receiver ? script.textOf(made.receiver) : undefined;
    const [value] = made?.positional ?? [];
    if (!made || list === undefined || !value || keyOf(value, script) !== key) continue;
    const after = script.text.slice(loop.to);
    const isTurned =
      after.includes(`${list}.reverse()`) ||
      after.includes(`reversed(${list})`) ||
      after.includes(`${list}[::-1]`);
    return isTurned ? [] : [replaceNode(made.word, "insert"), insertAt(value.from, "0, ")];
  }
  return [];
}

/** The mask of a sum that may go on after a time limit is that of termination alone. */
export function bootstrapAfterLimit(training: TrainingScript): readonly ScriptChange[] {
  const { script } = training;
  const ends = script.nodes("AssignStatement").flatMap((statement) => {
    const [target] = parts(statement);
    const either = /^\s*\(?\s*(\w*terminated\w*)\s*(?:or|\|)\s*(\w*truncated\w*)\s*\)?\s*$/.exec(
      afterEqual(script.textOf(statement)),
    );
    const name = keyOf(target, script);
    return either && name !== undefined ? [{ name, terminated: either[1]! }] : [];
  });
  for (const { name, terminated } of ends) {
    const edits = masksBy(training, name).map((node) => replaceNode(node, terminated));
    if (edits.length > 0) return [{ title: `only ${terminated} ends the return`, edits }];
  }
  return [];
}

function afterEqual(text: string): string {
  return text.slice(text.indexOf("=") + 1);
}

/** Where a flag decides what follows a step: 1 − done, 0 if done else x, x * (not done). */
function masksBy({ script }: TrainingScript, name: string): readonly SyntaxNode[] {
  return script.nodes("VariableName").filter((node) => {
    if (script.textOf(node) !== name || !node.parent) return false;
    const { parent } = node;
    const difference = binary(parent, script);
    if (difference) return difference.operator === "-" && difference.right.from === node.from;
    if (parent.name === "ArgList") return isCast(parent, script.text);
    if (parent.name === "ConditionalExpression") return isZero(parts(parent)[0], script.textOf.bind(script));
    if (parent.name !== "UnaryExpression") return false;
    const outer = parent.parent?.name === "ParenthesizedExpression" ? parent.parent.parent : parent.parent;
    const isFactor = outer !== null && outer !== undefined && binary(outer, script)?.operator === "*";
    const isChoice =
      outer?.name === "ConditionalExpression" && isZero(parts(outer).at(-1), script.textOf.bind(script));
    return isFactor || isChoice;
  });
}

function isZero(node: SyntaxNode | undefined, textOf: (node: SyntaxNode) => string): boolean {
  return node !== undefined && /^(0|0\.0?|torch\.zeros\b.*|np\.zeros\b.*)$/.test(textOf(node));
}

/** float(done) of 1 − float(done). */
function isCast(node: SyntaxNode, text: string): boolean {
  return /(?:^|[^\w.])(?:float|int)\($/.test(text.slice(Math.max(0, node.from - 8), node.from + 1));
}
