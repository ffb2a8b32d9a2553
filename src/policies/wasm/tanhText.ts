import {
  advance,
  asLongAs,
  type Code,
  type FunctionText,
  f64x2,
  get,
  i32,
  type Local,
  repeatWhile,
  set,
} from "./assembler.ts";

const { absolute, add, subtract, multiply, divide, least, isGreater, and, or, load, store } = f64x2;

/** Beyond it tanh is 1 to the last bit. */
const largest = 22;
/** ln 2/2 in two parts: times a whole number below 2^29 the first is exact. */
const halfLn2 = 0.3465735912322998;
const halfLn2Rest = -9.52327149978884e-10;
/** A float64 of this size has no digits behind the point, and k + 1023, the exponent of 2^k, in its lowest bits. */
const exponentPlace = 1.5 * 2 ** 52 + 1023;
/** ρ coth ρ − 1 as a series in ρ²: 2^{2n} B_{2n}/(2n)!, n = 1 …; the next term lies below 3e−18 for ρ ≤ 0.26. */
const cothSeries = [1 / 3, -1 / 45, 2 / 945, -1 / 4725, 2 / 93555, -1382 / 638512875, 4 / 18243225];

/**
 * tanh(place, stride, rows, count): tanh of rows of `count` numbers (an even one) in place, `stride` bytes apart; within
 * 2.5 units in the last place, odd to the last bit. With x = k·ln 2/2 + ρ, s = 2^k and C = ρ coth ρ,
 * tanh x = ((s − 1)C + (s + 1)ρ)/((s + 1)C + (s − 1)ρ); for k ≥ 2 what is divided is that of tanh x − 1.
 */
export const tanhText: FunctionText = {
  name: "tanh",
  parameters: ["i32", "i32", "i32", "i32"],
  body(parameters, local) {
    const [place, stride, rows, count] = parameters as [Local, Local, Local, Local];
    const [at, end] = [local("i32"), local("i32")];
    const held: Code[] = [];
    // A constant that is written in a loop is put together in every turn.
    const hold = (value: number) => {
      const constant = local("v128");
      held.push(set(constant, f64x2.constant(value)));
      return get(constant);
    };
    const tanh = tanhAt(at, () => local("v128"), hold);
    return [
      held,
      asLongAs(get(rows), [
        set(at, get(place)),
        set(end, i32.add(get(place), i32.multiply(get(count), i32.constant(8)))),
        repeatWhile(i32.isLess(get(at), get(end)), [...tanh, advance(at, i32.constant(16))]),
        advance(place, get(stride)),
        advance(rows, i32.constant(-1)),
      ]),
    ];
  },
};

/** The two numbers at `at` in place. */
function tanhAt(at: Local, local: () => Local, constant: (value: number) => Code): Code[] {
  const [x, size, k, scale, rho, square, series] = Array.from({ length: 7 }, local) as SevenLocals;
  const [less, more, base, byC, byRho, fourth] = Array.from({ length: 6 }, local) as SixLocals;
  const places = constant(exponentPlace);
  const one = constant(1);
  // ρ lies between −0.09 and 0.26: of negative ones, tanh would be the difference of larger numbers.
  const steps = subtract(multiply(get(size), constant(2 / Math.LN2)), constant(0.25));
  const sumOf = (a: Local, b: Local) =>
    add(get(a), add(multiply(get(a), get(series)), multiply(get(b), get(rho))));
  const ofSize = add(get(base), divide(sumOf(byC, byRho), sumOf(more, less)));
  return [
    set(x, load(get(at))),
    set(size, least(absolute(get(x)), constant(largest))),
    set(k, add(steps, places)),
    set(scale, f64x2.shiftUp(get(k), i32.constant(52))),
    set(k, subtract(get(k), places)),
    set(rho, subtract(get(size), multiply(get(k), constant(halfLn2)))),
    set(rho, subtract(get(rho), multiply(get(k), constant(halfLn2Rest)))),
    set(square, multiply(get(rho), get(rho))),
    set(fourth, multiply(get(square), get(square))),
    set(series, multiply(cothSum(get(square), get(fourth), constant), get(square))),
    set(less, subtract(get(scale), one)),
    set(more, add(get(scale), one)),
    set(base, and(isGreater(get(k), one), one)),
    set(byC, subtract(get(less), multiply(get(base), get(more)))),
    set(byRho, subtract(get(more), multiply(get(base), get(less)))),
    store(get(at), 0, or(ofSize, and(get(x), constant(-0)))),
  ];
}

/** (ρ coth ρ − 1)/ρ² from ρ² and ρ⁴, put together so that its parts can be computed side by side. */
function cothSum(square: Code, fourth: Code, constant: (value: number) => Code): Code {
  const [c1, c2, c3, c4, c5, c6, c7] = cothSeries.map(constant) as SevenCodes;
  const twoTerms = (a: Code, b: Code) => add(a, multiply(b, square));
  return add(
    add(twoTerms(c1, c2), multiply(twoTerms(c3, c4), fourth)),
    multiply(add(twoTerms(c5, c6), multiply(c7, fourth)), multiply(fourth, fourth)),
  );
}

type SixLocals = [Local, Local, Local, Local, Local, Local];
type SevenLocals = [Local, Local, Local, Local, Local, Local, Local];
type SevenCodes = [Code, Code, Code, Code, Code, Code, Code];
