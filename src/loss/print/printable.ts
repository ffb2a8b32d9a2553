import type { Graph, GraphNode } from "../graph.ts";

/** A compiled program as printers see it. */
export interface Printable {
  readonly graph: Graph;
  /** The values that have a name in the text. */
  readonly names: ReadonlyMap<GraphNode, string>;
  /** Named values that the result needs, in the order of the text. */
  readonly named: readonly GraphNode[];
  readonly heads: readonly GraphNode[];
  readonly data: readonly GraphNode[];
  readonly comment: string | undefined;
}
