import type { Settings } from "../callSettings.ts";
import { type Frame, lanesOf } from "../frame.ts";
import type { OperatorRow, Parameter, ShapeRule, Spelling } from "../operator.ts";
import { none } from "./pointwise.ts";
import { along, floatsOnly, reduction } from "./shapeRules.ts";

/** One lane of a tensor: elements `data[start + i·stride]` for i < length. */
export type Fold = (
  data: Float64Array,
  start: number,
  stride: number,
  length: number,
  settings: Settings,
) => number;

/** Adds to `into` along a lane the gradient of a fold with result y and adjoint g. */
export type FoldGradient = (
  into: Float64Array,
  data: Float64Array,
  start: number,
  stride: number,
  length: number,
  y: number,
  g: number,
  settings: Settings,
) => void;

export const DIMENSION: Parameter = { kind: "axis", name: "dim", default: null };
export const KEEP: Parameter = { kind: "flag", name: "keepdim", default: false };
const REDUCED: readonly Parameter[] = [{ kind: "tensor", name: "x" }, DIMENSION, KEEP];

interface FoldRow {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly doc: string;
  readonly spelling: Spelling;
  readonly shape?: ShapeRule;
  readonly derivative?: NonNullable<OperatorRow["derivative"]>;
  readonly libraryDefaults?: NonNullable<OperatorRow["libraryDefaults"]>;
  readonly fold: Fold;
  readonly gradient?: FoldGradient;
}

/** A row that turns each lane into one number. Lanes are worked in row-major order, elements from first to last. */
export function fold(row: FoldRow): OperatorRow {
  const { gradient } = row;
  return {
    name: row.name,
    aliases: row.aliases ?? [],
    family: "reduction",
    parameters: row.parameters ?? REDUCED,
    doc: row.doc,
    spelling: row.spelling,
    shape: row.shape ?? floatsOnly(row.name, reduction),
    ...(row.derivative ? { derivative: row.derivative } : {}),
    ...(row.libraryDefaults ? { libraryDefaults: row.libraryDefaults } : {}),
    operations: (frame) => frame.operands[0]!.count,
    forward: (frame) => foldForward(frame, row.fold),
    backward: gradient ? (frame) => foldBackward(frame, gradient) : none,
  };
}

function foldForward(frame: Frame, lane: Fold): void {
  const operand = frame.operands[0]!;
  const { outer, length, inner } = lanesOf(operand, frame.settings.axis);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      frame.value[o * inner + i] = lane(operand.value, o * length * inner + i, inner, length, frame.settings);
    }
  }
}

function foldBackward(frame: Frame, gradient: FoldGradient): void {
  const operand = frame.operands[0]!;
  if (!operand.wanted) return;
  const { outer, length, inner } = lanesOf(operand, frame.settings.axis);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = o * inner + i;
      const start = o * length * inner + i;
      gradient(
        operand.adjoint,
        operand.value,
        start,
        inner,
        length,
        frame.value[at]!,
        frame.adjoint[at]!,
        frame.settings,
      );
    }
  }
}

/** Fills `out` along a lane from `data` along the same lane. */
export type Scan = (
  out: Float64Array,
  data: Float64Array,
  start: number,
  stride: number,
  length: number,
) => void;

/** Adds to `into` along a lane from the lane of results `y` and their adjoints `dy`. */
export type ScanGradient = (
  into: Float64Array,
  data: Float64Array,
  y: Float64Array,
  dy: Float64Array,
  start: number,
  stride: number,
  length: number,
) => void;

interface ScanRow {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly family?: OperatorRow["family"];
  readonly parameters: readonly Parameter[];
  readonly doc: string;
  readonly spelling: Spelling;
  readonly shape?: ShapeRule;
  readonly scan: Scan;
  readonly gradient: ScanGradient;
}

/** A row that turns each lane into a lane of the same length. */
export function scan(row: ScanRow): OperatorRow {
  return {
    name: row.name,
    aliases: row.aliases ?? [],
    family: row.family ?? "scan",
    parameters: row.parameters,
    doc: row.doc,
    spelling: row.spelling,
    shape: row.shape ?? floatsOnly(row.name, along),
    forward: (frame) => {
      const operand = frame.operands[0]!;
      eachLane(frame, (start, stride, length) => row.scan(frame.value, operand.value, start, stride, length));
    },
    backward: (frame) => {
      const operand = frame.operands[0]!;
      if (!operand.wanted) return;
      eachLane(frame, (start, stride, length) =>
        row.gradient(operand.adjoint, operand.value, frame.value, frame.adjoint, start, stride, length),
      );
    },
  };
}

function eachLane(frame: Frame, visit: (start: number, stride: number, length: number) => void): void {
  const { outer, length, inner } = lanesOf(frame, frame.settings.axis);
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++) visit(o * length * inner + i, inner, length);
}
