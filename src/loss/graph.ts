import type { Settings } from "./callSettings.ts";
import type { TextRange } from "./diagnostic.ts";
import type { OperatorRow } from "./operator.ts";
import type { SymbolicShape } from "./shapes.ts";

/** One value of a program, named or not. A name's every use is the value it names. */
export interface GraphNode extends TextRange {
  /** Its place in `Graph.nodes`; operands come before. */
  readonly index: number;
  readonly source:
    | { readonly kind: "number"; readonly value: number }
    | { readonly kind: "leaf"; readonly name: string }
    | { readonly kind: "operator"; readonly row: OperatorRow; readonly settings: Settings };
  readonly operands: readonly GraphNode[];
  /** As far as it is known before there are data. */
  readonly shape: SymbolicShape;
  readonly boolean: boolean;
  readonly number: boolean;
  /** Its value where that follows from the text alone. */
  readonly constant: number | undefined;
}

/** A program after names, operators and arguments were made out. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  /** By the id of the expression; undefined for what is no tensor, such as the 0 in `dim=0` or a list. */
  readonly byExpression: readonly (GraphNode | undefined)[];
  readonly result: GraphNode;
  readonly leaves: readonly GraphNode[];
}

/** The name of a leaf; the empty text for any other node. */
export function leafName(node: GraphNode): string {
  return node.source.kind === "leaf" ? node.source.name : "";
}
