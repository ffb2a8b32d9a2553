import type { Settings } from "./callSettings.ts";

/**
 * One value of a running program: where its numbers lie, and what they were made from.
 * A tensor is seen as a matrix: a scalar is 1 × 1, a vector [n] is 1 × n.
 */
export interface Frame {
  value: Float64Array;
  adjoint: Float64Array;
  /** Whether an adjoint is to be computed. */
  wanted: boolean;
  readonly operands: readonly Frame[];
  readonly settings: Settings;
  readonly shape: readonly number[];
  readonly rows: number;
  readonly columns: number;
  readonly count: number;
  readonly boolean: boolean;
  readonly number: boolean;
  /** Set by an operator whose input numbers make no sense, such as an action that does not exist. */
  fault: string | undefined;
}

/** Distance in elements between rows when `operand` is broadcast to `frame`. */
export function rowStep(operand: Frame): number {
  return operand.rows === 1 ? 0 : operand.columns;
}

/** Distance in elements between columns when `operand` is broadcast to `frame`. */
export function columnStep(operand: Frame): number {
  return operand.columns === 1 ? 0 : 1;
}

/** How an axis cuts a tensor into lanes: `outer × inner` lanes of `length` elements, `inner` apart. */
export interface Lanes {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/** The lanes of `frame` along an axis, or the whole tensor as one lane where axis is undefined. */
export function lanesOf(frame: Frame, axis: number | undefined): Lanes {
  if (axis === undefined || frame.shape.length < 2) return { outer: 1, length: frame.count, inner: 1 };
  return axis === 0
    ? { outer: 1, length: frame.rows, inner: frame.columns }
    : { outer: frame.rows, length: frame.columns, inner: 1 };
}
