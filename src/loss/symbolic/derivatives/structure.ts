import { minus, negative, over, times } from "../arithmetic.ts";
import { type Derivative, type DerivativeTable, type Passing, whole } from "../derivative.ts";
import { apply, literal, type Term } from "../term.ts";
import { countOf, full } from "./reductions.ts";

/** The axis along which a scan or softmax works, counted from the front; 0 of a vector. */
function laneAxis({ x, settings }: Passing): number | undefined {
  const rank = x[0]!.shape.length;
  if (settings.axis === undefined) return rank < 2 ? 0 : undefined;
  return settings.axis < 0 ? settings.axis + Math.max(rank, 1) : settings.axis;
}

function along(term: Term, axis: number): Term {
  return term.shape.length < 2 ? apply("sum", [term]) : apply("sum", [term], { axis, keepDimension: true });
}

function reversed(term: Term, axis: number): Term {
  return apply("flip", [term], { axes: [axis] });
}

/** Of each row of `table`, 1 at the column that `index` [T, 1] names. */
function marks(table: Term, index: Term): Term {
  const axis = table.shape.length - 1;
  const places = minus(apply("cumsum", [apply("ones_like", [table])], { axis }), literal(1));
  return apply("double", [apply("eq", [places, index])]);
}

function asIndex(action: Term): Term {
  return apply("unsqueeze", [action], { axis: 1 });
}

/** Of each row 1 at the action's column; a table of one dimension is one row. */
function marksOf(table: Term, action: Term): Term {
  return marks(table, table.shape.length === 2 ? asIndex(action) : action);
}

/** The column of a table that `x[:, k]` reads. */
function columnRead({ x, settings }: Passing): number | undefined {
  const [rows, place] = settings.entries ?? [];
  const isWhole =
    rows?.kind === "slice" && rows.start === undefined && rows.stop === undefined && rows.step === 1;
  return x[0]!.shape.length === 2 && isWhole && place?.kind === "at" && place.at >= 0 ? place.at : undefined;
}

/** One adjoint for each row, as a column, with a reduction's weight taken in. */
function perRow({ g, x, settings }: Passing): Term {
  const [table] = x;
  if (table!.shape.length < 2) return g;
  if (settings.reduction === "mean") return over(g, countOf(table!, 0));
  if (settings.reduction === "sum" || g.shape.length === 0) return g;
  return asIndex(g);
}

function unreduced(passing: Passing): Term {
  const { g, x, settings } = passing;
  if (settings.reduction !== "mean") return g;
  return over(g, countOf(minus(x[0]!, x[1]!), undefined));
}

/** A penalty of the difference d = input − target: its slopes towards d and towards its number. */
function penalty(
  slope: (d: Term, extra: Term) => Term,
  extraSlope?: (d: Term, extra: Term) => Term,
): Derivative {
  const slopeOf = (passing: Passing, which: typeof slope) =>
    times(unreduced(passing), which(minus(passing.x[0]!, passing.x[1]!), passing.x[2] ?? literal(1)));
  return {
    elementwise: true,
    pass: (passing, of) => {
      if (of === 2) return extraSlope && slopeOf(passing, extraSlope);
      return of === 0 ? slopeOf(passing, slope) : negative(slopeOf(passing, slope));
    },
  };
}

function within(d: Term, bound: Term, name: "lt" | "le"): Term {
  return apply(name, [apply("abs", [d]), bound]);
}

/** Derivatives of what keeps or moves elements, of distributions and of the ready-made losses. */
export const STRUCTURE_DERIVATIVES: DerivativeTable = {
  unsqueeze: whole(({ g, settings, x }) => {
    if (g.shape.length === 0) return g;
    if (g.shape.length < x[0]!.shape.length + 1) return undefined;
    return apply("squeeze", [g], { axis: settings.axis });
  }),
  squeeze: whole((passing) => {
    const { x, y } = passing;
    const g = full(passing.g, y);
    if (x[0]!.shape.length === y.shape.length || y.shape.length === 0) return g;
    const gone = x[0]!.shape.indexOf(1);
    return apply("unsqueeze", [g], { axis: gone });
  }),
  flip: whole(({ g, settings }) => (g.shape.length === 0 ? g : apply("flip", [g], settings))),
  cumsum: whole((passing) => {
    const axis = laneAxis(passing);
    if (axis === undefined) return undefined;
    const g = full(passing.g, passing.y);
    return reversed(apply("cumsum", [reversed(g, axis)], { axis }), axis);
  }),
  index: whole((passing) => {
    const place = columnRead(passing);
    if (place === undefined) return undefined;
    return times(asIndex(full(passing.g, passing.y)), marks(passing.x[0]!, literal(place)));
  }),
  gather: whole((passing) => {
    const { x, y, settings } = passing;
    const isPick =
      x[0]!.shape.length === 2 && x[1]!.shape[1] === 1 && (settings.axis === 1 || settings.axis === -1);
    return isPick ? times(full(passing.g, y), marks(x[0]!, x[1]!)) : undefined;
  }),
  softmax: whole((passing) => {
    const axis = laneAxis(passing);
    if (axis === undefined) return undefined;
    const g = full(passing.g, passing.y);
    return times(passing.y, minus(g, along(times(g, passing.y), axis)));
  }),
  log_softmax: whole((passing) => {
    const axis = laneAxis(passing);
    if (axis === undefined) return undefined;
    const g = full(passing.g, passing.y);
    return minus(g, times(apply("exp", [passing.y]), along(g, axis)));
  }),
  cross_entropy: whole((passing) => {
    const [table, action] = passing.x;
    const shares = apply("softmax", [table!], { axis: table!.shape.length - 1 });
    return times(perRow(passing), minus(shares, marksOf(table!, action!)));
  }),
  nll_loss: whole((passing) => {
    const [table, action] = passing.x;
    return negative(times(perRow(passing), marksOf(table!, action!)));
  }),
  kl: whole(
    (passing) => {
      const [p, q] = passing.x;
      const logs = minus(logShares(p!), logShares(q!));
      return times(perRow(passing), times(shares(p!), minus(logs, asRow(passing))));
    },
    (passing) => {
      const [p, q] = passing.x;
      return times(perRow(passing), minus(shares(q!), shares(p!)));
    },
  ),
  categorical_entropy: whole((passing) => {
    const [table] = passing.x;
    const slope = times(shares(table!), apply("add", [logShares(table!), asRow(passing)]));
    return negative(times(perRow(passing), slope));
  }),
  mse_loss: penalty((d) => times(literal(2), d)),
  l1_loss: penalty((d) => apply("sign", [d])),
  smooth_l1_loss: penalty(
    (d, beta) => apply("where", [within(d, beta, "lt"), over(d, beta), apply("sign", [d])]),
    (d, beta) =>
      apply("where", [
        within(d, beta, "lt"),
        over(times(literal(-0.5), apply("square", [d])), apply("square", [beta])),
        literal(-0.5),
      ]),
  ),
  huber_loss: penalty(
    (d, delta) => apply("where", [within(d, delta, "le"), d, times(delta, apply("sign", [d]))]),
    (d, delta) => apply("where", [within(d, delta, "le"), literal(0), minus(apply("abs", [d]), delta)]),
  ),
};

function shares(table: Term): Term {
  return apply("softmax", [table], { axis: table.shape.length - 1 });
}

function logShares(table: Term): Term {
  return apply("log_softmax", [table], { axis: table.shape.length - 1 });
}

/** One value for each row beside its table. */
function asRow({ x, y }: Passing): Term {
  return x[0]!.shape.length === 2 ? asIndex(y) : y;
}
