import { type CompiledLoss, compileGraph, type Evaluation } from "./evaluate.ts";
import { type Graph, type GraphNode, leafName } from "./graph.ts";
import type { Tensor } from "./tensor.ts";

/** A loss in which every detached value stands as data, so that it can be held while the heads move. */
export interface HeldLoss {
  readonly compiled: CompiledLoss;
  /** The detached values that depend on a differentiable leaf: their nodes in the graph of the loss as written. */
  readonly detached: readonly GraphNode[];
  /** What they were in an evaluation of the loss as written (with everything kept), by the name of their leaf. */
  values(evaluation: Evaluation): Map<string, Tensor>;
}

/** No name of the language has a space. */
function heldName(node: GraphNode): string {
  return `detached ${node.index}`;
}

/**
 * Replaces every `detach` that depends on a differentiable leaf by a leaf of its own. The gradient stays the same, and
 * is now the gradient of a function: the loss with its detached parts held at one point.
 */
export function holdDetached(loss: CompiledLoss, differentiable: ReadonlySet<string>): HeldLoss {
  const detached = detachedNodes(loss.graph, differentiable);
  const graph = withLeaves(loss.graph, new Set(detached));
  return {
    compiled: compileGraph(loss.program, graph, { differentiable }),
    detached,
    values: (evaluation) =>
      new Map(
        detached.map((node) => {
          const { shape, value, boolean } = evaluation.frame(node);
          return [heldName(node), { shape, data: value.slice(), ...(boolean && { boolean }) }];
        }),
      ),
  };
}

function detachedNodes(graph: Graph, differentiable: ReadonlySet<string>): GraphNode[] {
  const depends: boolean[] = [];
  return graph.nodes.filter((node) => {
    const below = node.operands.some((operand) => depends[operand.index]!);
    depends.push(below || differentiable.has(leafName(node)));
    return below && node.source.kind === "operator" && node.source.row.derivative === "stopped";
  });
}

function withLeaves(graph: Graph, held: ReadonlySet<GraphNode>): Graph {
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    const operands = node.operands.map((operand) => nodes[operand.index]!);
    nodes.push(
      held.has(node)
        ? { ...node, source: { kind: "leaf", name: heldName(node) }, operands: [] }
        : { ...node, operands },
    );
  }
  const at = (node: GraphNode) => nodes[node.index]!;
  return {
    nodes,
    byExpression: graph.byExpression.map((node) => node && at(node)),
    result: at(graph.result),
    leaves: [...graph.leaves, ...held].map(at),
  };
}
