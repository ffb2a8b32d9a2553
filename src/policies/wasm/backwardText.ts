import {
  advance,
  type Code,
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

const { add, subtract, multiply, load, loadSplat, store, lane, firsts, seconds } = f64x2;
const zero = f64x2.constant(0);

/**
 * weightSums(delta, deltaStride, input, inputStride, steps, inputs, sums): Σ_t δ_t ⊗ h_t of two outputs whose δ lie side by
 * side, over inputs a multiple of 4; strides in bytes. The second output's sums follow the first's.
 */
export const weightSumsText: FunctionText = {
  name: "weightSums",
  parameters: ["i32", "i32", "i32", "i32", "i32", "i32", "i32"],
  body(parameters, local) {
    const [delta, deltaStride, input, inputStride, steps, inputs, sums] = parameters as SevenLocals;
    const [d, x, t, left, second] = [0, 1, 2, 3, 4].map(() => local("i32")) as FiveLocals;
    const [e, f, h] = [local("v128"), local("v128"), local("v128")];
    const columns = [0, 1, 2, 3].map(() => [local("v128"), local("v128")] as const);

    const sumsOf = (taken: typeof columns) => [
      ...taken.flat().map((sum) => set(sum, zero)),
      set(d, get(delta)),
      set(x, get(input)),
      set(t, get(steps)),
      repeatWhile(get(t), [
        set(e, loadSplat(get(d), 0)),
        set(f, loadSplat(get(d), 8)),
        ...taken.flatMap(([first, other], n) => [
          set(h, load(get(x), 16 * n)),
          set(first, add(get(first), multiply(get(e), get(h)))),
          set(other, add(get(other), multiply(get(f), get(h)))),
        ]),
        advance(d, get(deltaStride)),
        advance(x, get(inputStride)),
        advance(t, i32.constant(-1)),
      ]),
      ...taken.flatMap(([first, other], n) => [
        store(get(sums), 16 * n, get(first)),
        store(get(second), 16 * n, get(other)),
      ]),
      ...[input, sums, second].map((place) => advance(place, i32.constant(16 * taken.length))),
      advance(left, i32.constant(-2 * taken.length)),
    ];
    return [
      set(left, get(inputs)),
      set(second, i32.add(get(sums), i32.multiply(get(inputs), i32.constant(8)))),
      ...byEightsAndFour(left, columns, sumsOf),
    ];
  },
};

/**
 * propagate(weights, pairStride, delta, deltaEnd, input, to, inputs): δ of the layer below, f′(h_i) Σ_j δ_j W[j,i], for W in
 * pairs of outputs `pairStride` bytes apart; returns Σ_i δ_i², summed in order.
 */
function propagateText(name: string, slope: (h: Code) => Code): FunctionText {
  return {
    name,
    parameters: ["i32", "i32", "i32", "i32", "i32", "i32", "i32"],
    result: "f64",
    body(parameters, local) {
      const [weights, pairStride, delta, deltaEnd, input, to, inputs] = parameters as SevenLocals;
      const [d, w, left] = [local("i32"), local("i32"), local("i32")];
      const [e, f, a, b] = [0, 1, 2, 3].map(() => local("v128")) as [Local, Local, Local, Local];
      const square = local("f64");
      const columns = [0, 1, 2, 3].map(() => local("v128"));

      const addSquare = (n: 0 | 1, value: Local) =>
        set(square, f64.add(get(square), f64.multiply(lane(n, get(value)), lane(n, get(value)))));
      const deltasOf = (taken: typeof columns) => [
        ...taken.map((sum) => set(sum, zero)),
        set(d, get(delta)),
        set(w, get(weights)),
        repeatWhile(i32.isLess(get(d), get(deltaEnd)), [
          set(e, loadSplat(get(d), 0)),
          set(f, loadSplat(get(d), 8)),
          ...taken.flatMap((sum, n) => [
            set(a, load(get(w), 32 * n)),
            set(b, load(get(w), 32 * n + 16)),
            set(
              sum,
              add(
                get(sum),
                add(multiply(get(e), firsts(get(a), get(b))), multiply(get(f), seconds(get(a), get(b)))),
              ),
            ),
          ]),
          advance(d, i32.constant(16)),
          advance(w, get(pairStride)),
        ]),
        ...taken.flatMap((sum, n) => [
          set(sum, multiply(get(sum), slope(load(get(input), 16 * n)))),
          store(get(to), 16 * n, get(sum)),
          addSquare(0, sum),
          addSquare(1, sum),
        ]),
        ...[input, to].map((place) => advance(place, i32.constant(16 * taken.length))),
        advance(weights, i32.constant(32 * taken.length)),
        advance(left, i32.constant(-2 * taken.length)),
      ];
      return [set(left, get(inputs)), ...byEightsAndFour(left, columns, deltasOf), get(square)];
    },
  };
}

const one = f64x2.constant(1);
/** [h > 0]. */
export const propagateReluText = propagateText("propagateRelu", (h) =>
  f64x2.and(f64x2.isGreater(h, zero), one),
);
/** 1 − h², of h = tanh. */
export const propagateTanhText = propagateText("propagateTanh", (h) => subtract(one, multiply(h, h)));

type FiveLocals = [Local, Local, Local, Local, Local];
type SevenLocals = [Local, Local, Local, Local, Local, Local, Local];

/** `body` for eight numbers at a time while there are so many `left`, then for four. */
function byEightsAndFour<Column>(
  left: Local,
  columns: readonly Column[],
  body: (taken: Column[]) => Code[],
): Code[] {
  const isLeft = (count: number) => i32.isAtLeast(get(left), i32.constant(count));
  return [
    when(isLeft(8), [repeatWhile(isLeft(8), body([...columns]))]),
    when(isLeft(4), body(columns.slice(0, 2))),
  ];
}
