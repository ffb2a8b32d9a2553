import type { TextRange } from "./diagnostic.ts";

/** Every expression carries its place in the text and its index in `Program.nodes`; operands have smaller ids. */
interface NodeBase extends TextRange {
  readonly id: number;
}

export interface NumberNode extends NodeBase {
  readonly kind: "number";
  readonly value: number;
}

/** A string; only the value of `reduction=` may be one. */
export interface TextNode extends NodeBase {
  readonly kind: "text";
  readonly value: string;
}

/** `True`, `False` and `None`, which only settings of operators take. */
export interface ConstantNode extends NodeBase {
  readonly kind: "constant";
  readonly value: boolean | null;
}

export interface NameNode extends NodeBase {
  readonly kind: "name";
  /** Greek letters spelt out: γ is `gamma`. */
  readonly name: string;
  /** The module path that stood before it, as in `np.pi`: `np`. */
  readonly module: string | undefined;
}

export type UnaryOperator = "-" | "+" | "~";

export interface UnaryNode extends NodeBase {
  readonly kind: "unary";
  readonly operator: UnaryOperator;
  readonly operand: Expression;
}

export type BinaryOperator =
  | "+"
  | "-"
  | "*"
  | "/"
  | "//"
  | "%"
  | "@"
  | "**"
  | "<"
  | "<="
  | ">"
  | ">="
  | "=="
  | "!="
  | "&"
  | "|";

export interface BinaryNode extends NodeBase {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  /** Where the operator itself stands. */
  readonly operatorRange: TextRange;
}

export interface Argument {
  /** The keyword, for `name=value`. */
  readonly keyword: string | undefined;
  readonly keywordRange: TextRange | undefined;
  readonly value: Expression;
}

/** `name(x, …)`, or `x.name(…)` with x as the first argument. */
export interface CallNode extends NodeBase {
  readonly kind: "call";
  readonly name: string;
  readonly nameRange: TextRange;
  readonly module: string | undefined;
  readonly method: boolean;
  readonly arguments: readonly Argument[];
}

/** One entry between square brackets: an index, a slice, or `None` for a new axis. */
export type IndexEntry =
  | { readonly kind: "at"; readonly value: Expression }
  | {
      readonly kind: "slice";
      readonly start: Expression | undefined;
      readonly stop: Expression | undefined;
      readonly step: Expression | undefined;
    };

export interface IndexNode extends NodeBase {
  readonly kind: "index";
  readonly target: Expression;
  readonly entries: readonly IndexEntry[];
}

export interface ListNode extends NodeBase {
  readonly kind: "list";
  readonly items: readonly Expression[];
}

export type Expression =
  | NumberNode
  | TextNode
  | ConstantNode
  | NameNode
  | UnaryNode
  | BinaryNode
  | CallNode
  | IndexNode
  | ListNode;

export interface Statement extends TextRange {
  /** Undefined for an expression that stands alone. */
  readonly name: string | undefined;
  readonly nameRange: TextRange | undefined;
  readonly expression: Expression;
}

export interface Program {
  readonly text: string;
  readonly statements: readonly Statement[];
  /** The statement that is the loss: the last one named `loss`, else the last. */
  readonly result: Statement;
  /** Every expression by id; operands come before what uses them. */
  readonly nodes: readonly Expression[];
}
