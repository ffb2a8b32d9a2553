import { columnStep, type Frame, rowStep } from "../frame.ts";
import { type OperatorRow, type Parameter, problem, type ShapeRule, type Spelling } from "../operator.ts";
import { formatShape } from "../shapes.ts";
import { TENSOR } from "./pointwise.ts";
import { elementwise, floatsOnly } from "./shapeRules.ts";

/** ℓ(d, p) of the difference d = input - target, with its derivatives towards d and towards the number p. */
interface Penalty {
  readonly name: string;
  readonly doc: string;
  readonly spelling: Spelling;
  readonly extra?: Parameter;
  readonly value: (d: number, p: number) => number;
  readonly slope: (d: number, p: number) => number;
  readonly extraSlope?: (d: number, p: number) => number;
}

export const REDUCTION: Parameter = { kind: "reduction", name: "reduction", default: "mean" };

/** The elementwise shape, or [] where the reduction is mean or sum. */
export const reduced: ShapeRule = (operands, settings) => {
  const extra = operands[2];
  if (extra && extra.shape.length > 0)
    return problem(
      "shape",
      `${formatShape(extra.shape)} stands where one number is needed`,
      "give a single number",
    );
  const result = elementwise(operands, settings);
  if ("problem" in result || settings.reduction === "none") return result;
  return { shape: [] };
};

interface Extent {
  readonly rows: number;
  readonly columns: number;
}

function extentOf(frame: Frame): Extent {
  const rows = Math.max(...frame.operands.map((operand) => operand.rows));
  const columns = frame.operands.reduce(
    (widest, operand) => (operand.columns === 1 ? widest : operand.columns),
    1,
  );
  const empty = frame.operands.some((operand) => operand.count === 0);
  return empty ? { rows: 0, columns: 0 } : { rows, columns };
}

type Visit = (i: number, a: number, b: number) => void;

function eachPair(frame: Frame, visit: Visit): void {
  const [a, b] = frame.operands as [Frame, Frame];
  const { rows, columns } = extentOf(frame);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      visit(
        row * columns + column,
        row * rowStep(a) + column * columnStep(a),
        row * rowStep(b) + column * columnStep(b),
      );
    }
  }
}

/** What each element's loss is multiplied by: 1, or 1/n for a mean. */
function weightOf(frame: Frame): number {
  const { rows, columns } = extentOf(frame);
  return frame.settings.reduction === "mean" ? 1 / (rows * columns) : 1;
}

function forwardOf(penalty: Penalty): (frame: Frame) => void {
  return (frame) => {
    const [a, b, extra] = frame.operands as [Frame, Frame, Frame | undefined];
    const p = extra?.value[0] ?? 0;
    const whole = frame.settings.reduction !== "none";
    let total = 0;
    eachPair(frame, (i, ai, bi) => {
      const loss = penalty.value(a.value[ai]! - b.value[bi]!, p);
      if (whole) total += loss;
      else frame.value[i] = loss;
    });
    if (!whole) return;
    const { rows, columns } = extentOf(frame);
    frame.value[0] = frame.settings.reduction === "mean" ? total / (rows * columns) : total;
  };
}

function backwardOf(penalty: Penalty): (frame: Frame) => void {
  return (frame) => {
    const [a, b, extra] = frame.operands as [Frame, Frame, Frame | undefined];
    const p = extra?.value[0] ?? 0;
    const whole = frame.settings.reduction !== "none";
    const weight = weightOf(frame);
    eachPair(frame, (i, ai, bi) => {
      const d = a.value[ai]! - b.value[bi]!;
      const g = frame.adjoint[whole ? 0 : i]! * weight;
      const slope = g * penalty.slope(d, p);
      if (a.wanted) a.adjoint[ai]! += slope;
      if (b.wanted) b.adjoint[bi]! -= slope;
      if (extra?.wanted && penalty.extraSlope) extra.adjoint[0]! += g * penalty.extraSlope(d, p);
    });
  };
}

function loss(penalty: Penalty): OperatorRow {
  const target: Parameter = { kind: "tensor", name: "target" };
  return {
    name: penalty.name,
    aliases: [],
    family: "loss",
    parameters: [
      { ...TENSOR, name: "input" } as Parameter,
      target,
      REDUCTION,
      ...(penalty.extra ? [penalty.extra] : []),
    ],
    doc: penalty.doc,
    spelling: penalty.spelling,
    shape: floatsOnly(penalty.name, reduced),
    operations: (frame) => frame.operands[0]!.count + frame.operands[1]!.count,
    forward: forwardOf(penalty),
    backward: backwardOf(penalty),
  };
}

/** Distances between a prediction and its target; `reduction` is mean if left out, as in PyTorch. */
export const LOSSES: readonly OperatorRow[] = [
  loss({
    name: "mse_loss",
    doc: "(input - target)², averaged over the elements.",
    spelling: {
      torch: "F.mse_loss(input, target)",
      jax: "jnp.mean((input - target) ** 2)",
      numpy: "np.mean((input - target) ** 2)",
    },
    value: (d) => d * d,
    slope: (d) => 2 * d,
  }),
  loss({
    name: "l1_loss",
    doc: "|input - target|, averaged over the elements.",
    spelling: {
      torch: "F.l1_loss(input, target)",
      jax: "jnp.mean(jnp.abs(input - target))",
      numpy: "np.mean(np.abs(input - target))",
    },
    value: (d) => Math.abs(d),
    slope: (d) => Math.sign(d),
  }),
  loss({
    name: "smooth_l1_loss",
    doc: "d²/(2·beta) where |d| < beta, else |d| - beta/2, of d = input - target; averaged.",
    spelling: {
      torch: "F.smooth_l1_loss(input, target)",
      jax: "jnp.mean(optax.losses.huber_loss(input, target, beta) / beta)",
      numpy: "np.mean(np.where(abs(d) < beta, d * d / (2 * beta), abs(d) - beta / 2))",
    },
    extra: { kind: "tensor", name: "beta", default: 1 },
    value: (d, beta) => (Math.abs(d) < beta ? (0.5 * d * d) / beta : Math.abs(d) - 0.5 * beta),
    slope: (d, beta) => (Math.abs(d) < beta ? d / beta : Math.sign(d)),
    extraSlope: (d, beta) => (Math.abs(d) < beta ? (-0.5 * d * d) / (beta * beta) : -0.5),
  }),
  loss({
    name: "huber_loss",
    doc: "d²/2 where |d| ≤ delta, else delta·(|d| - delta/2), of d = input - target; averaged.",
    spelling: {
      torch: "F.huber_loss(input, target, delta=delta)",
      jax: "jnp.mean(optax.losses.huber_loss(input, target, delta))",
      numpy: "np.mean(np.where(abs(d) <= delta, d * d / 2, delta * (abs(d) - delta / 2)))",
    },
    extra: { kind: "tensor", name: "delta", default: 1 },
    value: (d, delta) => (Math.abs(d) <= delta ? 0.5 * d * d : delta * (Math.abs(d) - 0.5 * delta)),
    slope: (d, delta) => (Math.abs(d) <= delta ? d : delta * Math.sign(d)),
    extraSlope: (d, delta) => (Math.abs(d) <= delta ? 0 : Math.abs(d) - delta),
  }),
];
