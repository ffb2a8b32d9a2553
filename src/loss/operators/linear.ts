import type { Frame } from "../frame.ts";
import { type OperatorRow, problem, type ShapeRule } from "../operator.ts";
import { compareSizes } from "../shapes.ts";
import { OTHER, TENSOR } from "./pointwise.ts";
import { clash, floatsOnly } from "./shapeRules.ts";

const product: ShapeRule = ([a, b]) => {
  if (a!.shape.length === 0 || b!.shape.length === 0)
    return problem("rank", "@ needs a vector or matrix on both sides", "multiply by a number with *");
  if (compareSizes(a!.shape.at(-1)!, b!.shape[0]!) === "different") return clash(a!.shape, b!.shape);
  return { shape: [...a!.shape.slice(0, -1), ...(b!.shape.length === 2 ? [b!.shape[1]!] : [])] };
};

const inner: ShapeRule = (operands, settings) =>
  operands.some((operand) => operand.shape.length !== 1)
    ? problem("rank", "dot takes two vectors", "multiply matrices with @, or sum a product over dim=1")
    : product(operands, settings);

interface Sizes {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

function sizesOf(frame: Frame): Sizes {
  const a = frame.operands[0]!;
  const b = frame.operands[1]!;
  return { rows: a.rows, inner: a.columns, columns: b.shape.length === 2 ? b.columns : 1 };
}

function forward(frame: Frame): void {
  const { rows, inner: length, columns } = sizesOf(frame);
  const a = frame.operands[0]!.value;
  const b = frame.operands[1]!.value;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let total = 0;
      for (let k = 0; k < length; k++) total += a[row * length + k]! * b[k * columns + column]!;
      frame.value[row * columns + column] = total;
    }
  }
}

function backward(frame: Frame): void {
  const { rows, inner: length, columns } = sizesOf(frame);
  const a = frame.operands[0]!;
  const b = frame.operands[1]!;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const g = frame.adjoint[row * columns + column]!;
      for (let k = 0; k < length; k++) {
        const from = row * length + k;
        const to = k * columns + column;
        if (a.wanted) a.adjoint[from]! += g * b.value[to]!;
        if (b.wanted) b.adjoint[to]! += g * a.value[from]!;
      }
    }
  }
}

function operations(frame: Frame): number {
  const { rows, inner: length, columns } = sizesOf(frame);
  return rows * length * columns;
}

const base = { family: "reduction", parameters: [TENSOR, OTHER], forward, backward, operations } as const;

/** Products that sum. */
export const LINEAR: readonly OperatorRow[] = [
  {
    ...base,
    name: "dot",
    aliases: ["inner", "vdot"],
    doc: "Σ x_t·other_t of two vectors.",
    spelling: { torch: "torch.dot(x, other)", jax: "jnp.dot(x, other)", numpy: "np.dot(x, other)" },
    shape: floatsOnly("dot", inner),
  },
  {
    ...base,
    name: "matmul",
    aliases: ["mm", "mv"],
    doc: "The matrix product x @ other; of two vectors their dot product.",
    spelling: { torch: "x @ other", jax: "x @ other", numpy: "x @ other" },
    shape: floatsOnly("@", product),
  },
];
