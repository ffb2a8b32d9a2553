import { columnStep, type Frame, rowStep } from "../frame.ts";
import type { Family, OperatorRow, Parameter, ShapeRule, Spelling } from "../operator.ts";
import { elementwise } from "./shapeRules.ts";

type Unary = (x: number) => number;
/** ∂/∂x times the adjoint `g` of the result `y`; takes g so that masked gradients are 0 even where g is infinite. */
type UnaryGradient = (g: number, x: number, y: number) => number;
type Binary = (a: number, b: number) => number;
type BinaryGradient = (g: number, a: number, b: number, y: number) => number;

export const TENSOR: Parameter = { kind: "tensor", name: "x" };
export const OTHER: Parameter = { kind: "tensor", name: "other" };

/** The same word after each library's usual prefix. */
export function spelt(name: string, argumentsText = "x"): Spelling {
  return {
    torch: `torch.${name}(${argumentsText})`,
    jax: `jnp.${name}(${argumentsText})`,
    numpy: `np.${name}(${argumentsText})`,
  };
}

interface RowBase {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly family?: Family;
  readonly parameters?: readonly Parameter[];
  readonly doc: string;
  readonly spelling: Spelling;
  readonly shape?: ShapeRule;
  readonly derivative?: NonNullable<OperatorRow["derivative"]>;
}

function base(row: RowBase, parameters: readonly Parameter[]) {
  const { name, doc, spelling } = row;
  return {
    name,
    doc,
    spelling,
    aliases: row.aliases ?? [],
    family: row.family ?? "elementwise",
    parameters: row.parameters ?? parameters,
    shape: row.shape ?? elementwise,
    ...(row.derivative ? { derivative: row.derivative } : {}),
  };
}

export function none(): void {}

/** A row for y = f(x), element by element. */
export function unary(
  row: RowBase & { readonly value: Unary; readonly gradient?: UnaryGradient },
): OperatorRow {
  const { value, gradient } = row;
  return {
    ...base(row, [TENSOR]),
    forward: (frame) => {
      const x = frame.operands[0]!.value;
      const y = frame.value;
      for (let i = 0; i < frame.count; i++) y[i] = value(x[i]!);
    },
    backward: gradient ? unaryBackward(gradient) : none,
  };
}

function unaryBackward(gradient: UnaryGradient): (frame: Frame) => void {
  return (frame) => {
    const operand = frame.operands[0]!;
    if (!operand.wanted) return;
    const x = operand.value;
    const dx = operand.adjoint;
    const y = frame.value;
    const dy = frame.adjoint;
    for (let i = 0; i < frame.count; i++) dx[i]! += gradient(dy[i]!, x[i]!, y[i]!);
  };
}

/** Fills `frame.value` with f(a, b), broadcast. */
export function binaryForward(value: Binary): (frame: Frame) => void {
  return (frame) => {
    const a = frame.operands[0]!;
    const b = frame.operands[1]!;
    const aStep = columnStep(a);
    const bStep = columnStep(b);
    const y = frame.value;
    let i = 0;
    for (let row = 0; row < frame.rows; row++) {
      let ai = row * rowStep(a);
      let bi = row * rowStep(b);
      for (let column = 0; column < frame.columns; column++) {
        y[i++] = value(a.value[ai]!, b.value[bi]!);
        ai += aStep;
        bi += bStep;
      }
    }
  };
}

/** Adds to one operand's adjoint its part of the frame's, summed over what it was broadcast along. */
export function binaryBackward(left: BinaryGradient, right: BinaryGradient): (frame: Frame) => void {
  return (frame) => {
    if (frame.operands[0]!.wanted) accumulate(frame, frame.operands[0]!, left);
    if (frame.operands[1]!.wanted) accumulate(frame, frame.operands[1]!, right);
  };
}

function accumulate(frame: Frame, target: Frame, gradient: BinaryGradient): void {
  const a = frame.operands[0]!;
  const b = frame.operands[1]!;
  const aStep = columnStep(a);
  const bStep = columnStep(b);
  const step = columnStep(target);
  const into = target.adjoint;
  const y = frame.value;
  const dy = frame.adjoint;
  let i = 0;
  for (let row = 0; row < frame.rows; row++) {
    let ai = row * rowStep(a);
    let bi = row * rowStep(b);
    let at = row * rowStep(target);
    for (let column = 0; column < frame.columns; column++) {
      into[at]! += gradient(dy[i]!, a.value[ai]!, b.value[bi]!, y[i]!);
      i++;
      ai += aStep;
      bi += bStep;
      at += step;
    }
  }
}

/** A row for y = f(a, b), element by element with broadcasting. */
export function binary(
  row: RowBase & { readonly value: Binary; readonly left?: BinaryGradient; readonly right?: BinaryGradient },
): OperatorRow {
  const { value, left, right } = row;
  return {
    ...base(row, [TENSOR, OTHER]),
    forward: binaryForward(value),
    backward: left && right ? binaryBackward(left, right) : none,
  };
}

type Many = (values: readonly number[]) => number;
type ManyGradient = (g: number, values: readonly number[], index: number) => number;

/** A row for y = f(a, b, c, …), element by element with broadcasting; slower than `binary`. */
export function manyary(
  row: RowBase & {
    readonly parameters: readonly Parameter[];
    readonly value: Many;
    /** The part of g that goes to operand `index`. */
    readonly gradient: ManyGradient;
  },
): OperatorRow {
  const { value, gradient } = row;
  return {
    ...base(row, row.parameters),
    forward: (frame) => {
      eachElement(frame, (i, values) => {
        frame.value[i] = value(values);
      });
    },
    backward: (frame) => {
      eachElement(frame, (i, values, places) => {
        frame.operands.forEach((operand, index) => {
          if (operand.wanted) operand.adjoint[places[index]!]! += gradient(frame.adjoint[i]!, values, index);
        });
      });
    },
  };
}

/** Visits every element with the operands' numbers there and their places; the arrays are reused. */
function eachElement(
  frame: Frame,
  visit: (i: number, values: readonly number[], places: readonly number[]) => void,
): void {
  const values: number[] = frame.operands.map(() => 0);
  const places: number[] = frame.operands.map(() => 0);
  let i = 0;
  for (let row = 0; row < frame.rows; row++) {
    for (let column = 0; column < frame.columns; column++) {
      for (let index = 0; index < frame.operands.length; index++) {
        const operand = frame.operands[index]!;
        const place = row * rowStep(operand) + column * columnStep(operand);
        places[index] = place;
        values[index] = operand.value[place]!;
      }
      visit(i++, values, places);
    }
  }
}
