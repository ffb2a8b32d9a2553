import type { Evaluation } from "../../loss/evaluate.ts";
import type { Frame } from "../../loss/frame.ts";
import type { GraphNode } from "../../loss/graph.ts";
import type { OperatorRow } from "../../loss/operator.ts";
import { derivativeAtZero } from "./differences.ts";

const step = 2 ** -12;
/** Places of one operand that are looked at. */
const mostPlaces = 64;
const tolerance = 1e-6;

/**
 * The first operator of an evaluated loss (everything kept) whose backward rule contradicts differences of its own
 * forward rule at the numbers at hand; undefined where each is right by itself.
 */
export function suspectOperator(nodes: readonly GraphNode[], evaluation: Evaluation): GraphNode | undefined {
  return nodes.find((node) => {
    if (node.source.kind !== "operator" || node.source.row.derivative !== undefined) return false;
    const frame = evaluation.frame(node);
    return frame.wanted && contradicts(node.source.row, frame);
  });
}

function contradicts(row: OperatorRow, frame: Frame): boolean {
  const told = adjointsOf(row, frame);
  return frame.operands.some((operand, which) => {
    if (operand.boolean || operand.number || frame.operands.indexOf(operand) !== which) return false;
    const places = Math.min(operand.count, mostPlaces);
    for (let place = 0; place < places; place++) {
      const measured = measure(row, frame, which, place);
      if (!Number.isFinite(measured.value)) continue;
      const off = Math.abs(measured.value - told[which]![place]!);
      const size = Math.max(Math.abs(measured.value), Math.abs(told[which]![place]!));
      if (off > Math.max(tolerance * size, 1e-12) && off > 8 * measured.error) return true;
    }
    return false;
  });
}

/** What the backward rule passes on to each operand, with nothing else added. An operand used twice gets its sum. */
function adjointsOf(row: OperatorRow, frame: Frame): Float64Array[] {
  const operands = copies(frame);
  row.backward({ ...frame, operands });
  return operands.map(({ adjoint }) => adjoint);
}

/** The derivative of Σ adjoint·value towards one place of an operand, from the forward rule. */
function measure(row: OperatorRow, frame: Frame, which: number, place: number) {
  const operands = copies(frame);
  const moved = operands[which]!;
  const start = moved.value[place]!;
  const copy = { ...frame, operands, value: frame.value.slice() };
  return derivativeAtZero(
    (h) => {
      moved.value[place] = start + h;
      row.forward(copy);
      return copy.value.reduce((sum, y, i) => sum + y * frame.adjoint[i]!, 0);
    },
    step,
    Number.EPSILON,
  );
}

function copies({ operands }: Frame): Frame[] {
  const made = new Map<Frame, Frame>();
  return operands.map((operand) => {
    const known = made.get(operand);
    if (known) return known;
    const copy = {
      ...operand,
      value: operand.value.slice(),
      adjoint: new Float64Array(operand.count),
      wanted: true,
    };
    made.set(operand, copy);
    return copy;
  });
}
