import type { SyntaxNode, Tree } from "@lezer/common";
import { parser } from "@lezer/python";

export type { SyntaxNode };

/** Texts longer than this are not read. */
const longest = 2 ** 20;

/** A Python script as its syntax tree. It is read, never run; where it is no Python the tree has gaps and matches less. */
export class PythonScript {
  readonly text: string;
  readonly tree: Tree;
  readonly #lineStarts: readonly number[];

  constructor(text: string) {
    this.text = text.length > longest ? "" : text;
    this.tree = parser.parse(this.text);
    const starts = [0];
    for (const { index } of this.text.matchAll(/\n/g)) starts.push(index + 1);
    this.#lineStarts = starts;
  }

  textOf({ from, to }: { readonly from: number; readonly to: number }): string {
    return this.text.slice(from, to);
  }

  /** The line of an offset, counted from 1. */
  lineOf(offset: number): number {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  /** Where a line begins, counted from 1; the end of the text beyond the last. */
  startOf(line: number): number {
    return this.#lineStarts[line - 1] ?? this.text.length;
  }

  /** The spaces and tabs that the line of an offset begins with. */
  indentationAt(offset: number): string {
    const start = this.startOf(this.lineOf(offset));
    return /^[ \t]*/.exec(this.text.slice(start, start + 400))![0];
  }

  /** All nodes of these kinds below a node, in the order of the text. */
  nodes(kinds: string | readonly string[], within: SyntaxNode = this.tree.topNode): SyntaxNode[] {
    const wanted = new Set(typeof kinds === "string" ? [kinds] : kinds);
    const found: SyntaxNode[] = [];
    within.cursor().iterate((node) => {
      if (node.from >= within.from && node.to <= within.to && wanted.has(node.name)) found.push(node.node);
    });
    return found;
  }
}

/** Children with content: no brackets, commas or colons. */
export function parts(node: SyntaxNode | null | undefined): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node?.firstChild ?? null; child; child = child.nextSibling) {
    if (!/^[([{})\],:.]$/.test(child.name) && child.name !== "Comment") found.push(child);
  }
  return found;
}

/** The nearest node around this one that is of one of these kinds. */
export function around(node: SyntaxNode, ...kinds: readonly string[]): SyntaxNode | undefined {
  for (let at = node.parent; at; at = at.parent) if (kinds.includes(at.name)) return at;
  return undefined;
}

/** Operator and operands of a binary expression. */
export function binary(
  node: SyntaxNode,
  script: PythonScript,
):
  | {
      readonly operator: string;
      readonly sign: SyntaxNode;
      readonly left: SyntaxNode;
      readonly right: SyntaxNode;
    }
  | undefined {
  if (node.name !== "BinaryExpression") return undefined;
  const [left, sign, right] = parts(node);
  return left && sign && right ? { operator: script.textOf(sign), sign, left, right } : undefined;
}

/** The operand of −x; undefined for anything else. */
export function negated(node: SyntaxNode, script: PythonScript): SyntaxNode | undefined {
  if (node.name !== "UnaryExpression") return undefined;
  const [sign, operand] = parts(node);
  return sign && script.textOf(sign) === "-" ? operand : undefined;
}

/** A call's own name ("sum" of x.sum() and of sum(x)), what it is called on, and its arguments. */
export interface Call {
  readonly node: SyntaxNode;
  readonly name: string;
  /** The node of that name. */
  readonly word: SyntaxNode;
  /** x of x.sum(). */
  readonly receiver: SyntaxNode | undefined;
  readonly positional: readonly SyntaxNode[];
  readonly named: ReadonlyMap<string, SyntaxNode>;
}

/** Reads a call; undefined for anything else, and for calls of what is no name. */
export function call(node: SyntaxNode, script: PythonScript): Call | undefined {
  if (node.name !== "CallExpression") return undefined;
  const [callee, list] = parts(node);
  const last = callee?.lastChild ?? callee;
  const word = callee?.name === "VariableName" ? callee : last?.name === "PropertyName" ? last : undefined;
  if (!callee || !word) return undefined;
  return {
    node,
    name: script.textOf(word),
    word,
    receiver: callee === word ? undefined : (callee.firstChild ?? undefined),
    ...argumentsOf(list, script),
  };
}

function argumentsOf(list: SyntaxNode | undefined, script: PythonScript): Pick<Call, "positional" | "named"> {
  const positional: SyntaxNode[] = [];
  const named = new Map<string, SyntaxNode>();
  const items = parts(list);
  for (let at = 0; at < items.length; at++) {
    const value = items[at + 2];
    if (items[at + 1]?.name === "AssignOp" && value) {
      named.set(script.textOf(items[at]!), value);
      at += 2;
    } else positional.push(items[at]!);
  }
  return { positional, named };
}

/** "policy.rewards" of a name, a path of names, and of what is indexed in them; undefined for anything else. */
export function keyOf(node: SyntaxNode | undefined, script: PythonScript): string | undefined {
  if (node?.name === "VariableName") return script.textOf(node);
  if (node?.name !== "MemberExpression") return undefined;
  const base = keyOf(node.firstChild ?? undefined, script);
  const property = node.lastChild?.name === "PropertyName" ? `.${script.textOf(node.lastChild)}` : "";
  return base === undefined ? undefined : base + property;
}
