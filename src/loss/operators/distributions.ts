import type { Frame } from "../frame.ts";
import { type Operand, type OperatorRow, type Parameter, problem, type ShapeRule } from "../operator.ts";
import { compareSizes, formatShape } from "../shapes.ts";
import { REDUCTION } from "./losses.ts";
import { none, TENSOR } from "./pointwise.ts";
import { clash } from "./shapeRules.ts";

const LOGITS: Parameter = { kind: "tensor", name: "logits", aliases: ["input"] };
const ACTION: Parameter = { kind: "tensor", name: "a", aliases: ["target", "actions"] };
const PER_STEP: Parameter = { kind: "reduction", name: "reduction", default: "none" };

function needsRows(operand: Operand) {
  const message = `${formatShape(operand.shape)} has no axis of actions`;
  return problem("shape", message, "give the outputs of every step, [T, K]");
}

/** [T, K] with one action per row gives [T], or [] under a reduction. */
const perAction: ShapeRule = ([logits, action], settings) => {
  if (logits!.shape.length === 0) return needsRows(logits!);
  if (action!.shape.length !== logits!.shape.length - 1) return clash(logits!.shape, action!.shape);
  if (action!.shape.length === 1 && compareSizes(logits!.shape[0]!, action!.shape[0]!) === "different")
    return clash(logits!.shape, action!.shape);
  return { shape: settings.reduction === "none" ? action!.shape : [] };
};

const perRow: ShapeRule = ([first, second]) => {
  if (first!.shape.length === 0) return needsRows(first!);
  const fits =
    !second ||
    (second.shape.length === first!.shape.length &&
      second.shape.every((size, axis) => compareSizes(size, first!.shape[axis]!) !== "different"));
  return fits ? { shape: first!.shape.slice(0, -1) } : clash(first!.shape, second.shape);
};

/** The action of a row, or -1 and a fault where there is no such action. */
function actionOf(frame: Frame, row: number): number {
  const action = frame.operands[1]!.value[row]!;
  const count = frame.operands[0]!.columns;
  if (Number.isInteger(action) && action >= 0 && action < count) return action;
  frame.fault = `the action ${action} at step ${row} is no whole number from 0 to ${count - 1}`;
  return -1;
}

/** Per row of the first operand, `loss(row, action)`, kept, summed or averaged. */
function actionForward(loss: (x: Float64Array, start: number, count: number, action: number) => number) {
  return (frame: Frame): void => {
    const { value, rows, columns } = frame.operands[0]!;
    let total = 0;
    for (let row = 0; row < rows; row++) {
      const action = actionOf(frame, row);
      const one = action < 0 ? Number.NaN : loss(value, row * columns, columns, action);
      if (frame.settings.reduction === "none") frame.value[row] = one;
      total += one;
    }
    if (frame.settings.reduction === "sum") frame.value[0] = total;
    if (frame.settings.reduction === "mean") frame.value[0] = total / rows;
  };
}

function rowAdjoint(frame: Frame, row: number): number {
  if (frame.settings.reduction === "none") return frame.adjoint[row]!;
  return frame.adjoint[0]! / (frame.settings.reduction === "mean" ? frame.operands[0]!.rows : 1);
}

function logSum(x: Float64Array, start: number, count: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = start; i < start + count; i++) largest = Math.max(largest, x[i]!);
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += Math.exp(x[i]! - largest);
  return largest + Math.log(sum);
}

function crossEntropyBackward(frame: Frame): void {
  const { value: x, adjoint, rows, columns, wanted } = frame.operands[0]!;
  if (!wanted) return;
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    const g = rowAdjoint(frame, row);
    const normaliser = logSum(x, start, columns);
    const action = actionOf(frame, row);
    for (let i = 0; i < columns; i++)
      adjoint[start + i]! += g * (Math.exp(x[start + i]! - normaliser) - (i === action ? 1 : 0));
  }
}

function negativeLogLikelihoodBackward(frame: Frame): void {
  const { adjoint, rows, columns, wanted } = frame.operands[0]!;
  if (!wanted) return;
  for (let row = 0; row < rows; row++) {
    const action = actionOf(frame, row);
    if (action >= 0) adjoint[row * columns + action]! -= rowAdjoint(frame, row);
  }
}

/** Visits every row of [T, K] logits with ln Σe^z of the first operand and, if there is one, of the second. */
function eachRow(
  frame: Frame,
  visit: (row: number, start: number, normalisers: readonly number[]) => void,
): void {
  const { rows, columns } = frame.operands[0]!;
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    visit(
      row,
      start,
      frame.operands.map((operand) => logSum(operand.value, start, columns)),
    );
  }
}

function divergenceForward(frame: Frame): void {
  const [p, q] = frame.operands as [Frame, Frame];
  eachRow(frame, (row, start, [pSum, qSum]) => {
    let total = 0;
    for (let i = start; i < start + p.columns; i++) {
      const logP = p.value[i]! - pSum!;
      if (logP !== Number.NEGATIVE_INFINITY) total += Math.exp(logP) * (logP - (q.value[i]! - qSum!));
    }
    frame.value[row] = total;
  });
}

function divergenceBackward(frame: Frame): void {
  const [p, q] = frame.operands as [Frame, Frame];
  eachRow(frame, (row, start, [pSum, qSum]) => {
    const g = frame.adjoint[row]!;
    for (let i = start; i < start + p.columns; i++) {
      const logP = p.value[i]! - pSum!;
      const logQ = q.value[i]! - qSum!;
      if (p.wanted && logP !== Number.NEGATIVE_INFINITY)
        p.adjoint[i]! += g * (Math.exp(logP) * (logP - logQ - frame.value[row]!));
      if (q.wanted) q.adjoint[i]! += g * (Math.exp(logQ) - Math.exp(logP));
    }
  });
}

function entropyForward(frame: Frame): void {
  const z = frame.operands[0]!;
  eachRow(frame, (row, start, [sum]) => {
    let total = 0;
    for (let i = start; i < start + z.columns; i++) {
      const logP = z.value[i]! - sum!;
      if (logP !== Number.NEGATIVE_INFINITY) total -= Math.exp(logP) * logP;
    }
    frame.value[row] = total;
  });
}

function entropyBackward(frame: Frame): void {
  const z = frame.operands[0]!;
  if (!z.wanted) return;
  eachRow(frame, (row, start, [sum]) => {
    for (let i = start; i < start + z.columns; i++) {
      const logP = z.value[i]! - sum!;
      if (logP !== Number.NEGATIVE_INFINITY)
        z.adjoint[i]! -= frame.adjoint[row]! * Math.exp(logP) * (logP + frame.value[row]!);
    }
  });
}

/** Mean, deviation about it and their sum of products with the adjoint; n - 1 below, as std has it. */
function normalizeForward(frame: Frame): void {
  const [x, eps] = frame.operands as [Frame, Frame];
  const { mean, deviation } = moments(x);
  for (let i = 0; i < frame.count; i++) frame.value[i] = (x.value[i]! - mean) / (deviation + eps.value[0]!);
}

function moments(x: Frame): { mean: number; deviation: number } {
  let sum = 0;
  for (let i = 0; i < x.count; i++) sum += x.value[i]!;
  const mean = sum / x.count;
  let squares = 0;
  for (let i = 0; i < x.count; i++) squares += (x.value[i]! - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / Math.max(x.count - 1, 0)) };
}

function normalizeBackward(frame: Frame): void {
  const [x, eps] = frame.operands as [Frame, Frame];
  const { mean, deviation } = moments(x);
  const divisor = deviation + eps.value[0]!;
  let total = 0;
  let along = 0;
  for (let i = 0; i < frame.count; i++) {
    total += frame.adjoint[i]!;
    along += frame.adjoint[i]! * frame.value[i]!;
  }
  if (eps.wanted) eps.adjoint[0]! -= along / divisor;
  if (!x.wanted) return;
  const perDeviation = deviation === 0 ? 0 : along / ((x.count - 1) * deviation);
  for (let i = 0; i < frame.count; i++) {
    x.adjoint[i]! +=
      (frame.adjoint[i]! - total / frame.count - perDeviation * (x.value[i]! - mean)) / divisor;
  }
}

/** What policies' outputs are made into. */
export const DISTRIBUTIONS: readonly OperatorRow[] = [
  {
    name: "cross_entropy",
    aliases: [],
    family: "distribution",
    parameters: [LOGITS, ACTION, PER_STEP],
    libraryDefaults: { functional: { reduction: "mean" } },
    doc: "-ln softmax(logits)[a] per step, which is -log_pi; F.cross_entropy averages, as in PyTorch.",
    spelling: {
      torch: 'F.cross_entropy(logits, a, reduction="none")',
      jax: "optax.losses.softmax_cross_entropy_with_integer_labels(logits, a)",
      numpy: "-log_softmax(logits, 1)[np.arange(len(a)), a]",
    },
    shape: perAction,
    operations: (frame) => 2 * frame.operands[0]!.count,
    forward: actionForward((x, start, count, action) => logSum(x, start, count) - x[start + action]!),
    backward: crossEntropyBackward,
  },
  {
    name: "nll_loss",
    aliases: [],
    family: "distribution",
    parameters: [LOGITS, ACTION, REDUCTION],
    doc: "-x[a] of each row of log-probabilities, averaged.",
    spelling: {
      torch: "F.nll_loss(x, a)",
      jax: "-jnp.mean(x[jnp.arange(len(a)), a])",
      numpy: "-np.mean(x[np.arange(len(a)), a])",
    },
    shape: perAction,
    operations: (frame) => frame.operands[0]!.rows,
    forward: actionForward((x, start, _count, action) => -x[start + action]!),
    backward: negativeLogLikelihoodBackward,
  },
  {
    name: "kl",
    aliases: ["kl_divergence"],
    family: "distribution",
    parameters: [
      { kind: "tensor", name: "p" },
      { kind: "tensor", name: "q" },
    ],
    doc: "KL(p ‖ q) = Σ π_p·(ln π_p - ln π_q) per step, of two sets of logits.",
    spelling: {
      torch: "kl_divergence(Categorical(logits=p), Categorical(logits=q))",
      jax: "(jax.nn.softmax(p) * (jax.nn.log_softmax(p) - jax.nn.log_softmax(q))).sum(1)",
      numpy: "(softmax(p, 1) * (log_softmax(p, 1) - log_softmax(q, 1))).sum(1)",
    },
    shape: perRow,
    operations: (frame) => 4 * frame.operands[0]!.count,
    forward: divergenceForward,
    backward: divergenceBackward,
  },
  {
    name: "categorical_entropy",
    aliases: [],
    family: "distribution",
    parameters: [LOGITS],
    doc: "-Σ π·ln π per step, of softmax(logits).",
    spelling: {
      torch: "Categorical(logits=logits).entropy()",
      jax: "-(jax.nn.softmax(z) * jax.nn.log_softmax(z)).sum(1)",
      numpy: "-(softmax(z, 1) * log_softmax(z, 1)).sum(1)",
    },
    shape: perRow,
    operations: (frame) => 3 * frame.operands[0]!.count,
    forward: entropyForward,
    backward: entropyBackward,
  },
  {
    name: "one_hot",
    aliases: [],
    family: "distribution",
    parameters: [ACTION, { kind: "integer", name: "num_classes", setting: "integer" }],
    doc: "A row per step with 1 at the action and 0 elsewhere.",
    spelling: { torch: "F.one_hot(a, K)", jax: "jax.nn.one_hot(a, K)", numpy: "np.eye(K)[a]" },
    derivative: "zero",
    shape: ([action], settings) =>
      action!.shape.length > 1 || settings.integer! < 1
        ? problem(
            "shape",
            `one_hot of ${formatShape(action!.shape)} with ${settings.integer} classes is not possible`,
            "give [T] and at least 1",
          )
        : { shape: [...action!.shape, settings.integer!] },
    forward: (frame) => {
      frame.value.fill(0);
      const actions = frame.operands[0]!;
      for (let row = 0; row < actions.count; row++) {
        const action = actions.value[row]!;
        if (Number.isInteger(action) && action >= 0 && action < frame.columns)
          frame.value[row * frame.columns + action] = 1;
        else
          frame.fault = `the action ${action} at step ${row} is no whole number from 0 to ${frame.columns - 1}`;
      }
    },
    backward: none,
  },
  {
    name: "normalize",
    aliases: ["normalise", "standardize", "whiten"],
    family: "reduction",
    parameters: [TENSOR, { kind: "tensor", name: "eps", default: 1e-8 }],
    doc: "(x - mean) / (std + eps) over everything, std with n - 1 as in PyTorch; NaN of one element.",
    spelling: {
      torch: "(x - x.mean()) / (x.std() + eps)",
      jax: "(x - x.mean()) / (x.std(ddof=1) + eps)",
      numpy: "(x - x.mean()) / (x.std(ddof=1) + eps)",
    },
    shape: ([x, eps]) =>
      eps!.shape.length > 0
        ? problem(
            "shape",
            `${formatShape(eps!.shape)} stands where one number is needed`,
            "give a single number",
          )
        : { shape: x!.shape },
    operations: (frame) => 4 * frame.count,
    forward: normalizeForward,
    backward: normalizeBackward,
  },
];
