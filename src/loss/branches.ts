import { columnStep, type Frame, lanesOf, rowStep } from "./frame.ts";

/** Appends one number per place at which a value may go over to another formula: which formula holds there now. */
export type BranchRule = (frame: Frame, codes: number[]) => void;

/** −1, 0 or 1; 2 where the two cannot be compared. */
function order(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return a === b ? 0 : 2;
}

/** The side of 0 on which each element of the first operand lies. */
const signs: BranchRule = (frame, codes) => {
  for (const x of frame.operands[0]!.value) codes.push(order(x, 0));
};

/** For what is constant between its jumps: the value itself. */
const steps: BranchRule = (frame, codes) => {
  for (const y of frame.value) codes.push(y);
};

/** Calls `visit` with the operands' numbers that meet at each element of the result. */
function eachMeeting(frame: Frame, rows: number, columns: number, visit: (values: number[]) => void): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      visit(
        frame.operands.map(
          (operand) => operand.value[row * rowStep(operand) + column * columnStep(operand)]!,
        ),
      );
    }
  }
}

function pointwise(code: (values: number[]) => number): BranchRule {
  return (frame, codes) =>
    eachMeeting(frame, frame.rows, frame.columns, (values) => codes.push(code(values)));
}

/** As `pointwise`, for losses that may reduce: the operands' own extent counts. */
function penalty(code: (difference: number, extra: number) => number): BranchRule {
  return (frame, codes) => {
    const rows = Math.max(...frame.operands.map((operand) => operand.rows));
    const columns = Math.max(...frame.operands.map((operand) => operand.columns));
    eachMeeting(frame, rows, columns, ([a, b, extra]) => codes.push(code(a! - b!, extra ?? 0)));
  };
}

const larger = pointwise(([a, b]) => order(a!, b!));

/** Which elements of each lane are the extreme one. */
const extremes: BranchRule = (frame, codes) => {
  const operand = frame.operands[0]!;
  const { outer, length, inner } = lanesOf(operand, frame.settings.axis);
  for (let lane = 0; lane < outer * inner; lane++) {
    const start = Math.floor(lane / inner) * length * inner + (lane % inner);
    for (let i = 0; i < length; i++) codes.push(order(operand.value[start + i * inner]!, frame.value[lane]!));
  }
};

const clamped: BranchRule = (frame, codes) =>
  eachMeeting(frame, frame.rows, frame.columns, ([x, low, high]) =>
    codes.push(order(x!, low!), order(x!, high!)),
  );

/** Operators with kinks or jumps in their values, and the formula that holds at a point. */
const BRANCHES: Readonly<Record<string, BranchRule>> = {
  abs: signs,
  relu: signs,
  leaky_relu: signs,
  elu: signs,
  sign: steps,
  floor: steps,
  ceil: steps,
  round: steps,
  floor_divide: steps,
  one_hot: steps,
  lt: steps,
  le: steps,
  gt: steps,
  ge: steps,
  eq: steps,
  ne: steps,
  logical_and: steps,
  logical_or: steps,
  logical_not: steps,
  bool: steps,
  to: (frame, codes) => (frame.boolean ? steps(frame, codes) : undefined),
  remainder: pointwise(([a, b]) => Math.floor(a! / b!)),
  softplus: pointwise(([x, beta]) => order(x! * beta!, 20)),
  maximum: larger,
  minimum: larger,
  clamp: clamped,
  clamp_tensor: clamped,
  amax: extremes,
  amin: extremes,
  norm: (frame, codes) => (frame.settings.integer === 1 ? signs(frame, codes) : undefined),
  l1_loss: penalty((d) => order(d, 0)),
  smooth_l1_loss: penalty((d, beta) => order(d, beta) + order(d, -beta)),
  huber_loss: penalty((d, delta) => order(d, delta) + order(d, -delta)),
};

/** Operators whose value is one formula throughout; singular points, as of log at 0, are not told. */
export const SMOOTH: ReadonlySet<string> = new Set(
  (
    "add sub mul div pow neg pos exp expm1 log log1p log2 log10 sqrt rsqrt square reciprocal sin cos tanh sigmoid " +
    "logsigmoid where detach zeros_like ones_like double sum mean prod var std logsumexp numel length dot matmul cumsum " +
    "cumprod flip softmax log_softmax index unsqueeze squeeze gather mse_loss cross_entropy nll_loss kl " +
    "categorical_entropy normalize discounted_returns td_error gae n_step"
  ).split(" "),
);

/** The branch rule of an operator; undefined where it has no kink. */
export function branchRule(operator: string): BranchRule | undefined {
  return Object.hasOwn(BRANCHES, operator) ? BRANCHES[operator] : undefined;
}
