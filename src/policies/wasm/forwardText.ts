import {
  advance,
  type FunctionText,
  f64,
  f64x2,
  get,
  i32,
  type Local,
  repeatWhile,
  set,
  when,
} from "./assembler.ts";

const { add, multiply, load, loadSplat, store, most, lane } = f64x2;

/**
 * forward(weights, bias, input, output, inputs, outputs, floor): max(floor, W x + b) for W in pairs of outputs, inputs a
 * multiple of 4 and outputs of 2; returns ‖x‖². Every output is the sum of two, over inputs 0, 2 (mod 4) and 1, 3.
 */
export const forwardText: FunctionText = {
  name: "forward",
  parameters: ["i32", "i32", "i32", "i32", "i32", "i32", "f64"],
  result: "f64",
  body(parameters, local) {
    const [weights, bias, input, output, inputs, outputs, floor] = parameters as SevenLocals;
    const [end, x, left] = [local("i32"), local("i32"), local("i32")];
    const pairs = [0, 1].map(() => ({ w: local("i32"), even: local("v128"), odd: local("v128") }));
    const given = [0, 1, 2, 3].map(() => local("v128"));
    const floors = local("v128");
    const zero = f64x2.constant(0);

    const products = ({ w }: (typeof pairs)[number], first: number) =>
      add(
        multiply(load(get(w), 16 * first), get(given[first]!)),
        multiply(load(get(w), 16 * first + 32), get(given[first + 2]!)),
      );
    const outputsOf = (taken: typeof pairs) => [
      ...taken.map(({ w }, n) =>
        set(w, i32.add(get(weights), i32.multiply(get(inputs), i32.constant(16 * n)))),
      ),
      ...taken.flatMap(({ even, odd }) => [set(even, zero), set(odd, zero)]),
      set(x, get(input)),
      repeatWhile(i32.isLess(get(x), get(end)), [
        ...given.map((value, n) => set(value, loadSplat(get(x), 8 * n))),
        ...taken.flatMap((pair) => [
          set(pair.even, add(get(pair.even), products(pair, 0))),
          set(pair.odd, add(get(pair.odd), products(pair, 1))),
          advance(pair.w, i32.constant(64)),
        ]),
        advance(x, i32.constant(32)),
      ]),
      ...taken.map(({ even, odd }, n) => {
        const sum = add(add(get(even), get(odd)), load(get(bias), 16 * n));
        return store(get(output), 16 * n, most(sum, get(floors)));
      }),
      set(weights, get(taken.at(-1)!.w)),
      advance(bias, i32.constant(16 * taken.length)),
      advance(output, i32.constant(16 * taken.length)),
      set(left, i32.subtract(get(left), i32.constant(2 * taken.length))),
    ];
    const isLeft = (count: number) => i32.isAtLeast(get(left), i32.constant(count));
    const square = pairs[0]!.even;
    return [
      set(floors, f64x2.splat(get(floor))),
      set(end, i32.add(get(input), i32.multiply(get(inputs), i32.constant(8)))),
      set(left, get(outputs)),
      when(isLeft(4), [repeatWhile(isLeft(4), outputsOf(pairs))]),
      when(isLeft(2), outputsOf(pairs.slice(0, 1))),
      ...squareOf(input, end, x, square),
      f64.add(lane(0, get(square)), lane(1, get(square))),
    ];
  },
};

type SevenLocals = [Local, Local, Local, Local, Local, Local, Local];

/** Sums x² into the two lanes of `square`, over inputs 0, 2 (mod 4) and 1, 3. */
function squareOf(input: Local, end: Local, x: Local, square: Local) {
  const squared = (offset: number) => multiply(load(get(x), offset), load(get(x), offset));
  return [
    set(square, f64x2.constant(0)),
    set(x, get(input)),
    repeatWhile(i32.isLess(get(x), get(end)), [
      set(square, add(get(square), add(squared(0), squared(16)))),
      advance(x, i32.constant(32)),
    ]),
  ];
}
