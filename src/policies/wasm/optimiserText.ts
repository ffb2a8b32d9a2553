import {
  advance,
  asLongAs,
  type Code,
  type FunctionText,
  f64x2,
  get,
  i32,
  type Local,
  set,
  when,
} from "./assembler.ts";
import { isLeft } from "./rows.ts";

const { add, subtract, multiply, divide, root, splat, load, store, loadOne, storeOne } = f64x2;

/** How numbers are read and written: two side by side, or the last one where their count is odd. */
interface Access {
  readonly load: (address: Code) => Code;
  readonly store: (address: Code, value: Code) => Code;
}

const two: Access = { load: (address) => load(address), store: (address, value) => store(address, 0, value) };
const one: Access = { load: loadOne, store: storeOne };

/** `body` over `count` numbers from each of `places`, which it moves on. */
function overAll(count: Local, places: readonly Local[], body: (access: Access) => readonly Code[]): Code[] {
  return [
    asLongAs(isLeft(count, 2), [
      ...body(two),
      ...places.map((place) => advance(place, i32.constant(16))),
      advance(count, i32.constant(-2)),
    ]),
    when(isLeft(count, 1), body(one)),
  ];
}

/** sgd(theta, gradient, count, scale, rate): θ ← θ − rate·(scale·g). */
export const sgdText: FunctionText = {
  name: "sgd",
  parameters: ["i32", "i32", "i32", "f64", "f64"],
  body(parameters, local) {
    const [theta, gradient, count, ...numbers] = parameters as FiveLocals;
    const [held, [scale, rate]] = hold(numbers, local) as [Code, [Local, Local]];
    return [
      held,
      ...overAll(count, [theta, gradient], (access) => {
        const step = multiply(get(rate), multiply(get(scale), access.load(get(gradient))));
        return [access.store(get(theta), subtract(access.load(get(theta)), step))];
      }),
    ];
  },
};

/**
 * adam(theta, gradient, first, second, count, scale, weight1, beta2, weight2, step, epsilon): Kingma & Ba (2015), algorithm 1,
 * in the form that they give for speed: θ ← θ − step · m / (√v + ε̂), with α and ε corrected for bias beforehand.
 */
export const adamText: FunctionText = {
  name: "adam",
  parameters: ["i32", "i32", "i32", "i32", "i32", "f64", "f64", "f64", "f64", "f64", "f64"],
  body(parameters, local) {
    const [theta, gradient, first, second, count] = parameters as FiveLocals;
    const [held, numbers] = hold(parameters.slice(5), local);
    const [scale, weight1, beta2, weight2, step, epsilon] = numbers as SixLocals;
    const [g, m, v] = [local("v128"), local("v128"), local("v128")];
    return [
      held,
      ...overAll(count, [theta, gradient, first, second], (access) => [
        set(g, multiply(get(scale), access.load(get(gradient)))),
        set(m, access.load(get(first))),
        set(m, add(get(m), multiply(get(weight1), subtract(get(g), get(m))))),
        set(
          v,
          add(
            multiply(get(beta2), access.load(get(second))),
            multiply(multiply(get(weight2), get(g)), get(g)),
          ),
        ),
        access.store(get(first), get(m)),
        access.store(get(second), get(v)),
        access.store(
          get(theta),
          subtract(
            access.load(get(theta)),
            divide(multiply(get(step), get(m)), add(root(get(v)), get(epsilon))),
          ),
        ),
      ]),
    ];
  },
};

/** Each number in both lanes of a variable of its own. */
function hold(
  numbers: readonly Local[],
  local: (type: "v128") => Local,
): [held: Code, variables: readonly Local[]] {
  const variables = numbers.map(() => local("v128"));
  return [variables.map((variable, n) => set(variable, splat(get(numbers[n]!)))), variables];
}

type FiveLocals = [Local, Local, Local, Local, Local];
type SixLocals = [Local, Local, Local, Local, Local, Local];
