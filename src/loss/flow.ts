import type { Diagnostic } from "./diagnostic.ts";
import type { Graph, GraphNode } from "./graph.ts";

/** Which values of a graph matter to its result, and which take part in its gradient. Indexed as `Graph.nodes`. */
export interface Flow {
  /** The result is computed from it. */
  readonly live: readonly boolean[];
  /** An adjoint reaches it: it is on a path to the result that nothing stops. */
  readonly reached: readonly boolean[];
  /** Gradient would flow on from it into a differentiable leaf. */
  readonly differentiable: readonly boolean[];
}

function passesGradient(node: GraphNode): boolean {
  return node.source.kind === "operator" && node.source.row.derivative === undefined;
}

function findLive(graph: Graph): boolean[] {
  const live = graph.nodes.map(() => false);
  live[graph.result.index] = true;
  for (const node of graph.nodes.toReversed()) {
    if (live[node.index]) for (const operand of node.operands) live[operand.index] = true;
  }
  return live;
}

function findReached(graph: Graph): boolean[] {
  const reached = graph.nodes.map(() => false);
  reached[graph.result.index] = !graph.result.boolean;
  for (const node of graph.nodes.toReversed()) {
    if (!reached[node.index] || !passesGradient(node)) continue;
    for (const operand of node.operands) if (!operand.boolean) reached[operand.index] = true;
  }
  return reached;
}

/** A value that has a derivative in PyTorch's sense: computed from a differentiable leaf, nothing stopping in between. */
function findDifferentiable(graph: Graph, isDifferentiable: (leaf: GraphNode) => boolean): boolean[] {
  const differentiable: boolean[] = [];
  for (const node of graph.nodes) {
    const { source } = node;
    differentiable.push(
      source.kind === "leaf"
        ? isDifferentiable(node)
        : passesGradient(node) && node.operands.some((operand) => differentiable[operand.index]!),
    );
  }
  return differentiable;
}

export function flowOf(graph: Graph, isDifferentiable: (leaf: GraphNode) => boolean): Flow {
  return {
    live: findLive(graph),
    reached: findReached(graph),
    differentiable: findDifferentiable(graph, isDifferentiable),
  };
}

/** What is wrong where gradient meets an operator that has none, as PyTorch's floor division; undefined where all is well. */
export function missingDerivative(graph: Graph, flow: Flow): Diagnostic | undefined {
  const missing = graph.nodes.find(
    (node) =>
      node.source.kind === "operator" &&
      node.source.row.derivative === "missing" &&
      flow.reached[node.index] &&
      node.operands.some((operand) => flow.differentiable[operand.index]),
  );
  return missing && noDerivative(missing);
}

function noDerivative({ start, end }: GraphNode): Diagnostic {
  return {
    severity: "error",
    code: "no-derivative",
    message: "floor division has no derivative (PyTorch refuses it too)",
    hint: "detach it, or divide with /",
    start,
    end,
  };
}
