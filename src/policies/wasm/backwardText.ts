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
import { advanceRows, byTwosAndOne, isLeft, rowAt } from "./rows.ts";

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

/** One step as it is gone through: where its δ lies, two of them at hand, and the sums of eight inputs. */
interface Row {
  readonly d: Local;
  readonly e: Local;
  readonly f: Local;
  readonly square: Local;
  readonly sums: readonly Local[];
}

/**
 * propagate(weights, pairStride, delta, deltaStride, deltas, input, to, stride, square, squareStride, steps, inputs): δ of
 * the layer below, f′(h_i) Σ_j δ_j W[j,i] over `deltas` bytes of δ, for W in pairs of outputs `pairStride` bytes apart, and
 * Σ_i δ_i² in order to `square`. `stride` is that of the steps in `input` and `to`.
 */
function propagateText(name: string, slope: (h: Code) => Code): FunctionText {
  return {
    name,
    parameters: Array.from({ length: 12 }, () => "i32" as const),
    body(parameters, local) {
      const [weights, pairStride, delta, deltaStride, deltas, input] = parameters as SixLocals;
      const [to, stride, square, squareStride, steps, inputs] = parameters.slice(6) as SixLocals;
      const [w, from, left, end, offset] = [0, 1, 2, 3, 4].map(() => local("i32")) as FiveLocals;
      const [a, b, first, second] = [0, 1, 2, 3].map(() => local("v128")) as FourLocals;
      const rows: Row[] = [0, 1].map(() => ({
        d: local("i32"),
        e: local("v128"),
        f: local("v128"),
        square: local("f64"),
        sums: [0, 1, 2, 3].map(() => local("v128")),
      }));

      const addTwoOutputs = (taken: readonly number[], together: readonly Row[]) => [
        ...together.flatMap(({ d, e, f }) => [set(e, loadSplat(get(d), 0)), set(f, loadSplat(get(d), 8))]),
        ...taken.flatMap((n) => [
          set(a, load(get(w), 32 * n)),
          set(b, load(get(w), 32 * n + 16)),
          set(first, firsts(get(a), get(b))),
          set(second, seconds(get(a), get(b))),
          ...together.map(({ e, f, sums }) =>
            set(
              sums[n]!,
              add(get(sums[n]!), add(multiply(get(e), get(first)), multiply(get(f), get(second)))),
            ),
          ),
        ]),
        ...together.map(({ d }) => advance(d, i32.constant(16))),
        advance(w, get(pairStride)),
      ];
      const pass = ({ square, sums }: Row, row: number, n: number) => {
        const place = (start: Local) => i32.add(rowAt(start, stride, row), get(offset));
        const sum = sums[n]!;
        const addSquare = (k: 0 | 1) =>
          set(square, f64.add(get(square), f64.multiply(lane(k, get(sum)), lane(k, get(sum)))));
        return [
          set(sum, multiply(get(sum), slope(load(place(input), 16 * n)))),
          store(place(to), 16 * n, get(sum)),
          addSquare(0),
          addSquare(1),
        ];
      };
      const inputsOf = (taken: readonly number[], together: readonly Row[]) => [
        ...together.flatMap(({ sums }) => taken.map((n) => set(sums[n]!, zero))),
        ...together.map(({ d }, row) => set(d, rowAt(delta, deltaStride, row))),
        set(w, get(from)),
        repeatWhile(i32.isLess(get(rows[0]!.d), get(end)), addTwoOutputs(taken, together)),
        ...together.flatMap((row, index) => taken.flatMap((n) => pass(row, index, n))),
        advance(offset, i32.constant(16 * taken.length)),
        advance(from, i32.constant(32 * taken.length)),
        advance(left, i32.constant(-2 * taken.length)),
      ];
      const stepsOf = (count: number) => {
        const together = rows.slice(0, count);
        return [
          ...together.map(({ square }) => set(square, f64.constant(0))),
          set(end, i32.add(get(delta), get(deltas))),
          set(from, get(weights)),
          set(offset, i32.constant(0)),
          set(left, get(inputs)),
          ...byEightsAndFour(left, [0, 1, 2, 3], (taken) => inputsOf(taken, together)),
          ...together.map((row, index) => f64.store(rowAt(square, squareStride, index), get(row.square))),
          advanceRows(delta, deltaStride, count),
          advanceRows(input, stride, count),
          advanceRows(to, stride, count),
          advanceRows(square, squareStride, count),
        ];
      };
      return byTwosAndOne(steps, stepsOf);
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

type FourLocals = [Local, Local, Local, Local];
type FiveLocals = [Local, Local, Local, Local, Local];
type SixLocals = [Local, Local, Local, Local, Local, Local];
type SevenLocals = [Local, Local, Local, Local, Local, Local, Local];

/** `body` for eight numbers at a time while there are so many `left`, then for four. */
function byEightsAndFour<Column>(
  left: Local,
  columns: readonly Column[],
  body: (taken: Column[]) => Code[],
): Code[] {
  return [
    when(isLeft(left, 8), [repeatWhile(isLeft(left, 8), body([...columns]))]),
    when(isLeft(left, 4), body(columns.slice(0, 2))),
  ];
}
