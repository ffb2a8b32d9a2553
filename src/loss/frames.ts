import type { Diagnostic } from "./diagnostic.ts";
import type { Flow } from "./flow.ts";
import type { Frame } from "./frame.ts";
import type { Graph, GraphNode } from "./graph.ts";
import { type Layout, type Place, tooLong } from "./layout.ts";
import type { CostBudget } from "./limits.ts";
import type { Program } from "./syntax.ts";

/** A run's values and adjoints: one frame per node of the graph, cut out of two arrays. */
export interface Frames {
  readonly frames: readonly Frame[];
  /** The frames of the graph's leaves. */
  readonly leaves: readonly Frame[];
  readonly forward: readonly Step[];
  readonly backward: readonly Step[];
  /** All adjoints, to be cleared at once. */
  readonly adjoints: Float64Array;
}

export interface Step {
  readonly frame: Frame;
  readonly node: GraphNode;
  readonly run: (frame: Frame) => void;
}

/** What frames are made for. */
export interface FramesOwner {
  readonly program: Program;
  readonly graph: Graph;
  readonly flow: Flow;
  readonly budget: CostBudget;
}

const NOTHING = new Float64Array(0);

/**
 * Frames for concrete shapes. With `everything` every value has an adjoint and is computed; without, only what
 * the loss and the gradient of its differentiable leaves need, and leaves take their numbers where they are.
 */
export function makeFrames(
  owner: FramesOwner,
  layout: Layout & { ok: true },
  values: Float64Array,
  adjoints: Float64Array,
  everything: boolean,
): Frames | Diagnostic {
  const frames: Frame[] = [];
  let valueEnd = 0;
  let adjointEnd = 0;
  let operations = 0;
  for (const node of owner.graph.nodes) {
    const place = layout.places[node.index]!;
    const wanted = owner.flow.reached[node.index]! && (everything || owner.flow.differentiable[node.index]!);
    const frame = emptyFrame(node, place, frames, wanted);
    if (node.source.kind === "number") frame.value = Float64Array.of(node.source.value);
    else {
      frame.value = values.subarray(valueEnd, valueEnd + place.count);
      valueEnd += place.count;
    }
    const isHead = node.source.kind === "leaf" && owner.flow.differentiable[node.index]!;
    if (everything || wanted || isHead) {
      frame.adjoint = adjoints.subarray(adjointEnd, adjointEnd + place.count);
      adjointEnd += place.count;
    }
    frames.push(frame);
    operations += costOf(node, frame);
    if (operations > owner.budget.operations) return tooLong(node, owner.budget, owner.program.text);
  }
  const leaves = owner.graph.leaves.map((leaf) => frames[leaf.index]!);
  return {
    frames,
    leaves,
    ...stepsOf(owner, frames, everything),
    adjoints: adjoints.subarray(0, adjointEnd),
  };
}

function emptyFrame(node: GraphNode, place: Place, frames: readonly Frame[], wanted: boolean): Frame {
  return {
    value: NOTHING,
    adjoint: NOTHING,
    wanted,
    operands: node.operands.map((operand) => frames[operand.index]!),
    settings: place.settings,
    shape: place.shape,
    rows: place.rows,
    columns: place.columns,
    count: place.count,
    boolean: node.boolean,
    number: node.number,
    fault: undefined,
  };
}

function costOf(node: GraphNode, frame: Frame): number {
  if (node.source.kind !== "operator") return 0;
  return node.source.row.operations?.(frame) ?? frame.count;
}

function stepsOf(
  owner: FramesOwner,
  frames: readonly Frame[],
  everything: boolean,
): Pick<Frames, "forward" | "backward"> {
  const forward: Step[] = [];
  const backward: Step[] = [];
  for (const node of owner.graph.nodes) {
    if (node.source.kind !== "operator") continue;
    const frame = frames[node.index]!;
    const { row } = node.source;
    if (everything || owner.flow.live[node.index]) forward.push({ frame, node, run: row.forward });
    if (frame.wanted && row.derivative === undefined) backward.push({ frame, node, run: row.backward });
  }
  return { forward, backward: backward.reverse() };
}
