import { type GraphNode, leafName } from "../graph.ts";
import type { LintSubject } from "./lint.ts";

/** The name of a node's operator; empty for leaves and numbers. */
export function operatorName({ source }: GraphNode): string {
  return source.kind === "operator" ? source.row.name : "";
}

/** Whether gradient passes through a node to its operands. */
export function passesGradient({ source }: GraphNode): boolean {
  return source.kind === "operator" && source.row.derivative === undefined;
}

/** For each node of the graph, whether gradient would flow on from it into a leaf of these names. */
export function flowsInto({ graph }: LintSubject, names: ReadonlySet<string>): readonly boolean[] {
  const flows: boolean[] = [];
  for (const node of graph.nodes) {
    const own = names.has(leafName(node));
    flows.push(own || (passesGradient(node) && node.operands.some(({ index }) => flows[index]!)));
  }
  return flows;
}

/** For each node of the graph, whether its value is computed from a leaf of these names, detached or not. */
export function computedFrom({ graph }: LintSubject, names: ReadonlySet<string>): readonly boolean[] {
  const from: boolean[] = [];
  for (const node of graph.nodes)
    from.push(names.has(leafName(node)) || node.operands.some(({ index }) => from[index]!));
  return from;
}

const PRODUCTS: ReadonlySet<string> = new Set(["mul", "dot", "matmul"]);

/** Both ways round, the factors of a product; none for any other node. */
export function factorPairs(node: GraphNode): readonly (readonly [GraphNode, GraphNode])[] {
  if (!PRODUCTS.has(operatorName(node))) return [];
  const [left, right] = node.operands as [GraphNode, GraphNode];
  return [
    [left, right],
    [right, left],
  ];
}
