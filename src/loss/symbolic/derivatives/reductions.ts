import { minus, negative, over, plus, times } from "../arithmetic.ts";
import { type DerivativeTable, type Passing, whole } from "../derivative.ts";
import { apply, isSameShape, literal, type Term } from "../term.ts";

/** The axis of a reduction counted from the front; undefined where everything is reduced. */
function axisOf({ x, settings }: Passing): number | undefined {
  const rank = x[0]!.shape.length;
  if (rank < 2 || settings.axis === undefined) return undefined;
  return settings.axis < 0 ? settings.axis + rank : settings.axis;
}

/** Puts back the axis that a reduction took away, so that what is left broadcasts against the operand. */
function restored(term: Term, passing: Passing): Term {
  const axis = axisOf(passing);
  const gone = axis !== undefined && !passing.settings.keepDimension && term.shape.length === 1;
  return gone ? apply("unsqueeze", [term], { axis }) : term;
}

/** How many elements are reduced into one. */
export function countOf(x: Term, axis: number | undefined): Term {
  const sizes = axis === undefined ? x.shape : [x.shape[axis]!];
  if (sizes.every((size) => typeof size === "number"))
    return literal(sizes.reduce<number>((product, size) => product * (size as number), 1));
  return axis === undefined ? apply("numel", [x]) : apply("length", [x], { integer: axis });
}

/** The same shape as `like`, whatever g was. */
export function full(g: Term, like: Term): Term {
  return isSameShape(g.shape, like.shape) ? g : times(g, apply("ones_like", [like]));
}

/** a / b, and 0 where b is 0. */
export function safeOver(a: Term, b: Term): Term {
  return apply("where", [apply("eq", [b, literal(0)]), literal(0), over(a, b)]);
}

/** Shared equally among all elements that equal the result. */
function shared(passing: Passing): Term {
  const { x, y, g, settings } = passing;
  const takes = apply("double", [apply("eq", [x[0]!, restored(y, passing)])]);
  const axis = axisOf(passing);
  const ties = apply("sum", [takes], axis === undefined ? {} : { axis, keepDimension: true });
  return times(restored(full(g, y), { ...passing, settings }), over(takes, ties));
}

/** x − mean over what is reduced. */
function centred(passing: Passing): Term {
  const x = passing.x[0]!;
  const axis = axisOf(passing);
  return minus(x, apply("mean", [x], axis === undefined ? {} : { axis, keepDimension: true }));
}

function varianceSlope(passing: Passing): Term {
  const count = countOf(passing.x[0]!, axisOf(passing));
  const degrees = minusNumber(count, passing.settings.correction ?? 1);
  return over(times(literal(2), centred(passing)), degrees);
}

function minusNumber(term: Term, value: number): Term {
  return value === 0 ? term : minus(term, literal(value));
}

/** Derivatives of what makes one number of many. */
export const REDUCTION_DERIVATIVES: DerivativeTable = {
  sum: whole((passing) => restored(passing.g, passing)),
  mean: whole((passing) => over(restored(passing.g, passing), countOf(passing.x[0]!, axisOf(passing)))),
  amax: whole(shared),
  amin: whole(shared),
  var: whole((passing) => times(restored(full(passing.g, passing.y), passing), varianceSlope(passing))),
  std: whole((passing) => {
    const { g, y } = passing;
    const half = safeOver(full(g, y), times(literal(2), y));
    return times(restored(half, passing), varianceSlope(passing));
  }),
  norm: whole((passing) => {
    const { g, x, y, settings } = passing;
    if (settings.integer === 1) return times(restored(full(g, y), passing), apply("sign", [x[0]!]));
    return times(restored(safeOver(full(g, y), y), passing), x[0]!);
  }),
  logsumexp: whole((passing) => {
    const { g, x, y } = passing;
    const shares = apply("exp", [minus(x[0]!, restored(y, passing))]);
    return times(restored(full(g, y), passing), shares);
  }),
  dot: whole(
    ({ g, x }) => times(g, x[1]!),
    ({ g, x }) => times(g, x[0]!),
  ),
  matmul: whole(
    ({ g, x, y }) => productLeft(full(g, y), x),
    ({ g, x, y }) => productRight(full(g, y), x),
  ),
  normalize: whole(
    ({ g, x, y }) => normalizeSlope(full(g, y), x, y),
    ({ g, x, y }) => {
      const along = apply("sum", [times(full(g, y), y)]);
      return negative(over(along, plus(apply("std", [x[0]!], { correction: 1 }), x[1]!)));
    },
  ),
};

/** Of vector·vector, matrix·vector and vector·matrix; a product of two matrices has no formula here. */
function productLeft(g: Term, [a, b]: readonly Term[]): Term | undefined {
  const [left, right] = [a!.shape.length, b!.shape.length];
  if (left === 1 && right === 1) return times(g, b!);
  if (left === 2 && right === 1) return times(column(g), row(b!));
  if (left === 1 && right === 2) return apply("sum", [times(b!, row(g))], { axis: 1 });
  return undefined;
}

function productRight(g: Term, [a, b]: readonly Term[]): Term | undefined {
  const [left, right] = [a!.shape.length, b!.shape.length];
  if (left === 1 && right === 1) return times(g, a!);
  if (left === 2 && right === 1) return apply("sum", [times(a!, column(g))], { axis: 0 });
  if (left === 1 && right === 2) return times(column(a!), row(g));
  return undefined;
}

function column(term: Term): Term {
  return apply("unsqueeze", [term], { axis: 1 });
}

function row(term: Term): Term {
  return apply("unsqueeze", [term], { axis: 0 });
}

/** (g − mean g − (x − mean)·Σ(g·y) / ((n − 1)·std)) / (std + eps). */
function normalizeSlope(g: Term, x: readonly Term[], y: Term): Term {
  const deviation = apply("std", [x[0]!], { correction: 1 });
  const along = apply("sum", [times(g, y)]);
  const degrees = minus(apply("numel", [x[0]!]), literal(1));
  const spread = safeOver(along, times(degrees, deviation));
  const difference = minus(x[0]!, apply("mean", [x[0]!]));
  return over(minus(minus(g, apply("mean", [g])), times(spread, difference)), plus(deviation, x[1]!));
}
