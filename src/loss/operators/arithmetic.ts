import { columnStep, type Frame, rowStep } from "../frame.ts";
import { type OperatorRow, problem, type ShapeRule } from "../operator.ts";
import { binary, binaryForward, OTHER, TENSOR, unary } from "./pointwise.ts";
import { powerBackward, powerForward } from "./power.ts";
import { elementwise } from "./shapeRules.ts";

const addition: ShapeRule = (operands, settings) =>
  operands.every((operand) => operand.boolean)
    ? problem("boolean", "+ of two booleans is not a sum", "use | to join them, or .double() to count them")
    : elementwise(operands, settings);

const subtraction: ShapeRule = (operands, settings) =>
  operands.some((operand) => operand.boolean)
    ? problem(
        "boolean-minus",
        "- takes no booleans (PyTorch refuses it too)",
        "invert a mask with ~mask, or write mask.double()",
      )
    : elementwise(operands, settings);

const product: ShapeRule = (operands, settings) => {
  const result = elementwise(operands, settings);
  return "problem" in result ? result : { ...result, boolean: operands.every((operand) => operand.boolean) };
};

/**
 * The step through an operand that lies element beside element with the frame (1) or is a single number (0);
 * -1 where it is broadcast in any other way.
 */
function flatStep(frame: Frame, operand: Frame): number {
  if (operand.count === frame.count && operand.columns === frame.columns) return 1;
  return operand.count === 1 ? 0 : -1;
}

const addAny = binaryForward((a, b) => a + b);
const subtractAny = binaryForward((a, b) => a - b);
const multiplyAny = binaryForward((a, b) => a * b);
const divideAny = binaryForward((a, b) => a / b);

function add(frame: Frame): void {
  const aStep = flatStep(frame, frame.operands[0]!);
  const bStep = flatStep(frame, frame.operands[1]!);
  if (aStep < 0 || bStep < 0) {
    addAny(frame);
    return;
  }
  const a = frame.operands[0]!.value;
  const b = frame.operands[1]!.value;
  const y = frame.value;
  for (let i = 0; i < y.length; i++) y[i] = a[i * aStep]! + b[i * bStep]!;
}

function subtract(frame: Frame): void {
  const aStep = flatStep(frame, frame.operands[0]!);
  const bStep = flatStep(frame, frame.operands[1]!);
  if (aStep < 0 || bStep < 0) {
    subtractAny(frame);
    return;
  }
  const a = frame.operands[0]!.value;
  const b = frame.operands[1]!.value;
  const y = frame.value;
  for (let i = 0; i < y.length; i++) y[i] = a[i * aStep]! - b[i * bStep]!;
}

function multiply(frame: Frame): void {
  const aStep = flatStep(frame, frame.operands[0]!);
  const bStep = flatStep(frame, frame.operands[1]!);
  if (aStep < 0 || bStep < 0) {
    multiplyAny(frame);
    return;
  }
  const a = frame.operands[0]!.value;
  const b = frame.operands[1]!.value;
  const y = frame.value;
  for (let i = 0; i < y.length; i++) y[i] = a[i * aStep]! * b[i * bStep]!;
}

function divide(frame: Frame): void {
  const aStep = flatStep(frame, frame.operands[0]!);
  const bStep = flatStep(frame, frame.operands[1]!);
  if (aStep < 0 || bStep < 0) {
    divideAny(frame);
    return;
  }
  const a = frame.operands[0]!.value;
  const b = frame.operands[1]!.value;
  const y = frame.value;
  for (let i = 0; i < y.length; i++) y[i] = a[i * aStep]! / b[i * bStep]!;
}

/** target.adjoint += dy · factor, summed over what the target was broadcast along. */
function multiplyInto(frame: Frame, target: Frame, factor: Frame): void {
  if (!target.wanted) return;
  const step = flatStep(frame, target);
  const factorStep = flatStep(frame, factor);
  if (step < 0 || factorStep < 0) {
    multiplyIntoAny(frame, target, factor);
    return;
  }
  const into = target.adjoint;
  const dy = frame.adjoint;
  const f = factor.value;
  for (let i = 0; i < dy.length; i++) into[i * step]! += dy[i]! * f[i * factorStep]!;
}

function multiplyIntoAny(frame: Frame, target: Frame, factor: Frame): void {
  const step = columnStep(target);
  const factorStep = columnStep(factor);
  let i = 0;
  for (let row = 0; row < frame.rows; row++) {
    let at = row * rowStep(target);
    let from = row * rowStep(factor);
    for (let column = 0; column < frame.columns; column++) {
      target.adjoint[at]! += frame.adjoint[i++]! * factor.value[from]!;
      at += step;
      from += factorStep;
    }
  }
}

/** target.adjoint += sign · dy, summed over what the target was broadcast along. */
function passInto(frame: Frame, target: Frame, sign: number): void {
  if (!target.wanted) return;
  const into = target.adjoint;
  const dy = frame.adjoint;
  const flat = flatStep(frame, target);
  if (flat >= 0) {
    for (let i = 0; i < dy.length; i++) into[i * flat]! += sign * dy[i]!;
    return;
  }
  const step = columnStep(target);
  let i = 0;
  for (let row = 0; row < frame.rows; row++) {
    let at = row * rowStep(target);
    for (let column = 0; column < frame.columns; column++) {
      into[at]! += sign * dy[i++]!;
      at += step;
    }
  }
}

/** Python's remainder: it has the divisor's sign. */
function remainder(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

/** C++'s floor division as PyTorch and Python have it: from the exact remainder, so that 1 // 0.1 is 9. */
function floorDivide(a: number, b: number): number {
  if (b === 0) return a / b;
  const rest = a % b;
  let quotient = (a - rest) / b;
  if (rest !== 0 && b < 0 !== rest < 0) quotient -= 1;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

function infix(operator: string): OperatorRow["spelling"] {
  return { torch: `x ${operator} other`, jax: `x ${operator} other`, numpy: `x ${operator} other` };
}

/** + - * / // % ** and the signs. Booleans follow PyTorch: they multiply, but neither add to each other nor subtract. */
export const ARITHMETIC: readonly OperatorRow[] = [
  {
    name: "add",
    aliases: [],
    family: "arithmetic",
    parameters: [TENSOR, OTHER],
    doc: "x + other, element by element, broadcast.",
    spelling: infix("+"),
    shape: addition,
    forward: add,
    backward: (frame) => {
      passInto(frame, frame.operands[0]!, 1);
      passInto(frame, frame.operands[1]!, 1);
    },
  },
  {
    name: "sub",
    aliases: ["subtract"],
    family: "arithmetic",
    parameters: [TENSOR, OTHER],
    doc: "x - other, element by element, broadcast.",
    spelling: infix("-"),
    shape: subtraction,
    forward: subtract,
    backward: (frame) => {
      passInto(frame, frame.operands[0]!, 1);
      passInto(frame, frame.operands[1]!, -1);
    },
  },
  {
    name: "mul",
    aliases: ["multiply"],
    family: "arithmetic",
    parameters: [TENSOR, OTHER],
    doc: "x * other, element by element, broadcast.",
    spelling: infix("*"),
    shape: product,
    forward: multiply,
    backward: (frame) => {
      multiplyInto(frame, frame.operands[0]!, frame.operands[1]!);
      multiplyInto(frame, frame.operands[1]!, frame.operands[0]!);
    },
  },
  {
    ...binary({
      name: "div",
      aliases: ["divide", "true_divide"],
      family: "arithmetic",
      doc: "x / other, element by element, broadcast.",
      spelling: infix("/"),
      value: (a, b) => a / b,
      left: (g, _a, b) => g / b,
      right: (g, _a, b, y) => -g * (y / b),
    }),
    forward: divide,
  },
  {
    ...binary({
      name: "floor_divide",
      family: "arithmetic",
      doc: "The largest whole number not above x / other; it has a value but no derivative.",
      spelling: infix("//"),
      value: floorDivide,
    }),
    derivative: "missing",
  },
  binary({
    name: "remainder",
    aliases: ["mod"],
    family: "arithmetic",
    doc: "x % other with the divisor's sign: x - other·floor(x / other).",
    spelling: infix("%"),
    value: remainder,
    left: (g) => g,
    right: (g, a, b) => -g * floorDivide(a, b),
  }),
  {
    name: "pow",
    aliases: ["power"],
    family: "arithmetic",
    parameters: [TENSOR, OTHER],
    doc: "x ** other; the gradient of x**0 is 0, that of x**0.5 at 0 is infinite.",
    spelling: infix("**"),
    shape: elementwise,
    forward: powerForward,
    backward: powerBackward,
  },
  {
    ...unary({
      name: "neg",
      aliases: ["negative"],
      family: "arithmetic",
      doc: "The negative, -x.",
      spelling: { torch: "-x", jax: "-x", numpy: "-x" },
      shape: subtraction,
      value: (x) => -x,
    }),
    forward: (frame) => {
      const x = frame.operands[0]!.value;
      const y = frame.value;
      for (let i = 0; i < y.length; i++) y[i] = -x[i]!;
    },
    backward: (frame) => passInto(frame, frame.operands[0]!, -1),
  },
  {
    ...unary({
      name: "pos",
      aliases: ["positive", "clone", "contiguous"],
      family: "arithmetic",
      doc: "x itself.",
      spelling: { torch: "+x", jax: "+x", numpy: "+x" },
      shape: ([operand]) => operand!,
      value: (x) => x,
    }),
    backward: (frame) => passInto(frame, frame.operands[0]!, 1),
  },
];
