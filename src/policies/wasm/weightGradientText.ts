import { advance, type FunctionText, f64x2, get, i32, type Local, repeatWhile, set } from "./assembler.ts";
import { byEightsAndFour } from "./rows.ts";

const { add, multiply, load, loadSplat, store } = f64x2;
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

/** deltaSums(delta, stride, steps, count, sums): Σ_t δ_t of `count` outputs, an even number of them; `stride` in bytes. */
export const deltaSumsText: FunctionText = {
  name: "deltaSums",
  parameters: ["i32", "i32", "i32", "i32", "i32"],
  body(parameters, local) {
    const [delta, stride, steps, count, sums] = parameters as FiveLocals;
    const [d, t, sum] = [local("i32"), local("i32"), local("v128")];
    return [
      repeatWhile(get(count), [
        set(sum, zero),
        set(d, get(delta)),
        set(t, get(steps)),
        repeatWhile(get(t), [
          set(sum, add(get(sum), load(get(d)))),
          advance(d, get(stride)),
          advance(t, i32.constant(-1)),
        ]),
        store(get(sums), 0, get(sum)),
        ...[delta, sums].map((place) => advance(place, i32.constant(16))),
        advance(count, i32.constant(-2)),
      ]),
    ];
  },
};

type FiveLocals = [Local, Local, Local, Local, Local];
type SevenLocals = [Local, Local, Local, Local, Local, Local, Local];
