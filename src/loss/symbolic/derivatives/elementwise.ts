import { minus, negative, over, plus, times } from "../arithmetic.ts";
import { type DerivativeTable, elementwise } from "../derivative.ts";
import { apply, literal, numberOf, type Term } from "../term.ts";

const one = literal(1);
const two = literal(2);

function squared(x: Term): Term {
  return apply("pow", [x, two]);
}

/** 1 where the condition holds, else 0. */
function indicator(condition: Term): Term {
  return apply("double", [condition]);
}

function compare(name: "gt" | "lt" | "ge" | "le" | "eq", a: Term, b: Term): Term {
  return apply(name, [a, b]);
}

function choose(condition: Term, a: Term, b: Term): Term {
  return apply("where", [condition, a, b]);
}

/** The share of a where the larger of a and b is taken: half on a tie. */
function shareOfLarger(a: Term, b: Term): Term {
  return plus(indicator(compare("gt", a, b)), times(literal(0.5), indicator(compare("eq", a, b))));
}

/** d(x^p)/dx = p·x^(p−1), and 0 for p = 0 whatever x is. */
function powerSlope(x: Term, exponent: Term): Term {
  const number = numberOf(exponent);
  if (number === 0) return literal(0);
  if (number === 2) return times(two, x);
  const below = number === undefined ? minus(exponent, one) : literal(number - 1);
  const slope = times(exponent, apply("pow", [x, below]));
  return number === undefined ? choose(compare("eq", exponent, literal(0)), literal(0), slope) : slope;
}

/** d(x^p)/dp = x^p·ln x, and 0 where x = 0 and p ≥ 0. */
function exponentSlope(x: Term, exponent: Term, y: Term): Term {
  const vanishes = apply("logical_and", [compare("eq", x, literal(0)), compare("ge", exponent, literal(0))]);
  return choose(vanishes, literal(0), times(y, apply("log", [x])));
}

/** The indicator of being strictly inside of number bounds; a bound that was left out holds nothing back. */
function inside(x: Term, low: Term, high: Term): Term {
  const above = numberOf(low) === Number.NEGATIVE_INFINITY ? undefined : compare("gt", x, low);
  const under = numberOf(high) === Number.POSITIVE_INFINITY ? undefined : compare("lt", x, high);
  const both = above && under ? apply("logical_and", [above, under]) : (above ?? under);
  return both ? indicator(both) : one;
}

/** What passes where the upper bound, a tensor, does not hold x back: half on a tie. */
function insideTensors(g: Term, [x, low, high]: readonly Term[]): Term {
  return times(g, shareOfLarger(high!, apply("maximum", [x!, low!])));
}

/** Derivatives of what works element by element, with PyTorch's choices at kinks. */
export const ELEMENTWISE_DERIVATIVES: DerivativeTable = {
  add: elementwise(
    ({ g }) => g,
    ({ g }) => g,
  ),
  sub: elementwise(
    ({ g }) => g,
    ({ g }) => negative(g),
  ),
  mul: elementwise(
    ({ g, x }) => times(g, x[1]!),
    ({ g, x }) => times(g, x[0]!),
  ),
  div: elementwise(
    ({ g, x }) => over(g, x[1]!),
    ({ g, x, y }) => negative(over(times(g, y), x[1]!)),
  ),
  remainder: elementwise(
    ({ g }) => g,
    ({ g, x }) => negative(times(g, apply("floor_divide", [x[0]!, x[1]!]))),
  ),
  pow: elementwise(
    ({ g, x }) => times(g, powerSlope(x[0]!, x[1]!)),
    ({ g, x, y }) => times(g, exponentSlope(x[0]!, x[1]!, y)),
  ),
  neg: elementwise(({ g }) => negative(g)),
  pos: elementwise(({ g }) => g),
  double: elementwise(({ g }) => g),
  to: elementwise(({ g, settings }) => (settings.type === "boolean" ? literal(0) : g)),
  exp: elementwise(({ g, y }) => times(g, y)),
  expm1: elementwise(({ g, y }) => times(g, plus(y, one))),
  log: elementwise(({ g, x }) => over(g, x[0]!)),
  log1p: elementwise(({ g, x }) => over(g, plus(x[0]!, one))),
  log2: elementwise(({ g, x }) => over(g, times(literal(Math.LN2), x[0]!))),
  log10: elementwise(({ g, x }) => over(g, times(literal(Math.LN10), x[0]!))),
  sqrt: elementwise(({ g, y }) => over(g, times(two, y))),
  rsqrt: elementwise(({ g, y }) => times(times(literal(-0.5), g), apply("pow", [y, literal(3)]))),
  square: elementwise(({ g, x }) => times(g, times(two, x[0]!))),
  reciprocal: elementwise(({ g, y }) => negative(times(g, squared(y)))),
  sin: elementwise(({ g, x }) => times(g, apply("cos", [x[0]!]))),
  cos: elementwise(({ g, x }) => negative(times(g, apply("sin", [x[0]!])))),
  tanh: elementwise(({ g, y }) => times(g, minus(one, squared(y)))),
  sigmoid: elementwise(({ g, y }) => times(g, times(minus(one, y), y))),
  logsigmoid: elementwise(({ g, x }) => times(g, apply("sigmoid", [negative(x[0]!)]))),
  abs: elementwise(({ g, x }) => times(g, apply("sign", [x[0]!]))),
  relu: elementwise(({ g, x }) => times(g, indicator(compare("gt", x[0]!, literal(0))))),
  leaky_relu: elementwise(
    ({ g, x }) => choose(compare("gt", x[0]!, literal(0)), g, times(g, x[1]!)),
    ({ g, x }) => choose(compare("gt", x[0]!, literal(0)), literal(0), times(g, x[0]!)),
  ),
  elu: elementwise(
    ({ g, x }) => choose(compare("gt", x[0]!, literal(0)), g, times(times(g, x[1]!), apply("exp", [x[0]!]))),
    ({ g, x }) => choose(compare("gt", x[0]!, literal(0)), literal(0), times(g, apply("expm1", [x[0]!]))),
  ),
  softplus: elementwise(
    ({ g, x }) => softplusSlope(x, g, times(g, apply("sigmoid", [times(x[0]!, x[1]!)]))),
    ({ g, x, y }) =>
      softplusSlope(
        x,
        literal(0),
        over(times(g, minus(times(x[0]!, apply("sigmoid", [times(x[0]!, x[1]!)])), y)), x[1]!),
      ),
  ),
  maximum: elementwise(
    ({ g, x }) => times(g, shareOfLarger(x[0]!, x[1]!)),
    ({ g, x }) => times(g, shareOfLarger(x[1]!, x[0]!)),
  ),
  minimum: elementwise(
    ({ g, x }) => times(g, shareOfLarger(x[1]!, x[0]!)),
    ({ g, x }) => times(g, shareOfLarger(x[0]!, x[1]!)),
  ),
  clamp: elementwise(
    ({ g, x }) => times(g, inside(x[0]!, x[1]!, x[2]!)),
    ({ g, x }) =>
      times(g, indicator(apply("logical_and", [compare("le", x[0]!, x[1]!), compare("lt", x[1]!, x[2]!)]))),
    ({ g, x }) => times(g, indicator(compare("ge", apply("maximum", [x[0]!, x[1]!]), x[2]!))),
  ),
  clamp_tensor: elementwise(
    ({ g, x }) => times(insideTensors(g, x), shareOfLarger(x[0]!, x[1]!)),
    ({ g, x }) => times(insideTensors(g, x), shareOfLarger(x[1]!, x[0]!)),
    ({ g, x }) => times(g, shareOfLarger(apply("maximum", [x[0]!, x[1]!]), x[2]!)),
  ),
  where: elementwise(
    () => undefined,
    ({ g, x }) => choose(x[0]!, g, literal(0)),
    ({ g, x }) => choose(x[0]!, literal(0), g),
  ),
};

const SOFTPLUS_THRESHOLD = literal(20);

function softplusSlope(x: readonly Term[], above: Term, below: Term): Term {
  return choose(compare("gt", times(x[0]!, x[1]!), SOFTPLUS_THRESHOLD), above, below);
}
