import type { Settings } from "../callSettings.ts";
import { type Operand, type Problem, problem, type Resulting, type ShapeRule } from "../operator.ts";
import { broadcastShapes, compareSizes, formatShape, type SymbolicShape } from "../shapes.ts";

/** `operands do not fit` in words, with both shapes. */
export function clash(a: SymbolicShape, b: SymbolicShape): Problem {
  const message = `the shapes ${formatShape(a)} and ${formatShape(b)} do not fit together`;
  return problem("shape", message, "sizes must be equal, or 1, counted from the last axis");
}

/** Elementwise over all operands, broadcast as PyTorch does. */
export const elementwise: ShapeRule = (operands) => {
  let shape: SymbolicShape = [];
  for (const operand of operands) {
    const next = broadcastShapes(shape, operand.shape);
    if (!next) return clash(shape, operand.shape);
    shape = next;
  }
  return { shape, number: operands.every((operand) => operand.number) };
};

/** Elementwise to true or false. */
export const comparison: ShapeRule = (operands, settings) => {
  const result = elementwise(operands, settings);
  return "problem" in result ? result : { shape: result.shape, boolean: true };
};

/** Refuses booleans where PyTorch does. */
export function floatsOnly(name: string, rule: ShapeRule): ShapeRule {
  return (operands, settings) =>
    operands.some((operand) => operand.boolean)
      ? problem("boolean", `${name} takes no booleans`, "turn them into numbers with .double()")
      : rule(operands, settings);
}

/** An axis counted from the end made positive; a scalar has none, but takes 0 and -1 as PyTorch does. */
export function normaliseAxis(axis: number, rank: number): number | Problem {
  const positive = axis < 0 ? axis + Math.max(rank, 1) : axis;
  if (positive >= 0 && positive < Math.max(rank, 1)) return positive;
  const allowed = rank < 2 ? "0 and -1" : "0, 1, -1 and -2";
  return problem("axis", `there is no axis ${axis} in ${rank} dimensions`, `the axes are ${allowed}`);
}

/** The operand's shape without the reduced axis, or [] for a full reduction. */
export const reduction: ShapeRule = ([operand], settings) => {
  const { shape } = operand!;
  const axis = settings.axis === undefined ? undefined : normaliseAxis(settings.axis, shape.length);
  if (typeof axis === "object") return axis;
  const kept: SymbolicShape = settings.keepDimension
    ? shape.map((size, index) => (axis === undefined || index === axis ? 1 : size))
    : shape.filter((_, index) => axis !== undefined && index !== axis);
  return { shape: kept, settings: { axis: shape.length < 2 ? undefined : axis } };
};

/** The same shape, worked along one axis; booleans become numbers. */
export const along: ShapeRule = ([operand], settings) => {
  const { shape } = operand!;
  const axis = settings.axis === undefined ? undefined : normaliseAxis(settings.axis, shape.length);
  if (typeof axis === "object") return axis;
  return { shape, settings: { axis: shape.length < 2 ? undefined : axis } };
};

/** Refuses a lane without elements, which has no largest or smallest. */
export function notEmpty(name: string, rule: ShapeRule): ShapeRule {
  return (operands, settings) => {
    const result = rule(operands, settings);
    if ("problem" in result) return result;
    const { shape } = operands[0]!;
    const axis = result.settings?.axis;
    const empty = axis === undefined ? shape.includes(0) : shape[axis] === 0;
    return empty
      ? problem(
          "empty",
          `${name} of no elements (${formatShape(shape)}) does not exist`,
          "give it at least one step",
        )
      : result;
  };
}

/** A shape for columns over steps: every operand is a scalar or a vector, all vectors equally long. */
export const steps: ShapeRule = (operands: readonly Operand[], _settings: Settings): Resulting | Problem => {
  let shape: SymbolicShape = operands[0]!.shape;
  for (const operand of operands) {
    if (operand.shape.length > 1)
      return problem(
        "shape",
        `${formatShape(operand.shape)} is no column over steps`,
        "give it one value per step, [T]",
      );
    if (operand.shape.length === 0) continue;
    if (shape.length === 0) shape = operand.shape;
    else if (compareSizes(shape[0]!, operand.shape[0]!) === "different") return clash(shape, operand.shape);
  }
  return { shape };
};
