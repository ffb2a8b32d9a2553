import type { Settings } from "./callSettings.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Graph, GraphNode } from "./graph.ts";
import type { CostBudget } from "./limits.ts";
import { isProblem, type Operand } from "./operator.ts";
import { formatShape } from "./shapes.ts";
import { elementCount, type Shape } from "./tensor.ts";

/** The concrete shape and settings of one value of a graph. */
export interface Place {
  readonly shape: Shape;
  readonly rows: number;
  readonly columns: number;
  readonly count: number;
  readonly settings: Settings;
}

export type Layout =
  | { readonly ok: true; readonly places: readonly Place[]; readonly elements: number }
  | { readonly ok: false; readonly diagnostic: Diagnostic };

const NO_SETTINGS: Settings = {};
const BYTES_PER_ELEMENT = 16;

function placeOf(shape: Shape, settings: Settings): Place {
  return {
    shape,
    rows: shape.length === 2 ? shape[0]! : 1,
    columns: shape.length === 0 ? 1 : shape.at(-1)!,
    count: elementCount(shape),
    settings,
  };
}

function failure(code: string, message: string, hint: string, node: GraphNode): Layout {
  return {
    ok: false,
    diagnostic: { severity: "error", code, message, hint, start: node.start, end: node.end },
  };
}

/**
 * Works out the concrete shape of every value from those of the leaves, and refuses what does not fit
 * or is over the budget, naming the sub-expression, before a single number is computed.
 */
export function layOut(
  graph: Graph,
  leafShape: (name: string) => Shape,
  budget: CostBudget,
  text: string,
): Layout {
  const places: Place[] = [];
  let elements = 0;
  for (const node of graph.nodes) {
    const place = lay(node, places, leafShape);
    if ("ok" in place) return place;
    places.push(place);
    if (place.count > budget.elements) return tooBig(node, place.shape, budget, text);
    elements += place.count;
    if (elements * BYTES_PER_ELEMENT > budget.bytes) return tooMuch(node, budget, text);
  }
  return { ok: true, places, elements };
}

function lay(node: GraphNode, places: readonly Place[], leafShape: (name: string) => Shape): Place | Layout {
  const { source } = node;
  if (source.kind === "number") return placeOf([], NO_SETTINGS);
  if (source.kind === "leaf") return placeOf(leafShape(source.name), NO_SETTINGS);
  const operands = node.operands.map(
    (operand): Operand => ({
      shape: places[operand.index]!.shape,
      boolean: operand.boolean,
      number: operand.number,
    }),
  );
  const result = source.row.shape(operands, source.settings);
  if (isProblem(result)) return failure(result.code, result.problem, result.hint, node);
  const settings = result.settings ? { ...source.settings, ...result.settings } : source.settings;
  return placeOf(result.shape as Shape, settings);
}

function shown(node: GraphNode, text: string): string {
  const source = text.slice(node.start, node.end).replace(/\s+/g, " ");
  return source.length > 60 ? `${source.slice(0, 57)}…` : source;
}

function tooBig(node: GraphNode, shape: Shape, budget: CostBudget, text: string): Layout {
  const message = `${shown(node, text)} has the shape ${formatShape(shape)}: more than ${budget.elements} elements`;
  return failure("cost", message, "avoid products of every step with every other, or use fewer steps", node);
}

function tooMuch(node: GraphNode, budget: CostBudget, text: string): Layout {
  const megabytes = Math.round(budget.bytes / 2 ** 20);
  const message = `the values up to ${shown(node, text)} need more than ${megabytes} MB`;
  return failure("cost", message, "use fewer steps or fewer intermediate values", node);
}

/** The refusal of an operator that computes more than the budget allows. */
export function tooLong(node: GraphNode, budget: CostBudget, text: string): Diagnostic {
  const message = `${shown(node, text)} brings the work to more than ${budget.operations} operations`;
  const hint = "use fewer steps, or a smaller n";
  return { severity: "error", code: "cost", message, hint, start: node.start, end: node.end };
}
