import {
  advance,
  asLongAs,
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

const { add, multiply, load, loadSplat, store, most, lane } = f64x2;
const zero = f64x2.constant(0);

/** One row as it is gone through: where its inputs and outputs lie, and two inputs at hand. */
interface Row {
  readonly x: Local;
  readonly y: Local;
  readonly given: readonly [Local, Local];
}

/** Two outputs side by side: where their weights lie, two weights of each at hand, and the sums of every row. */
interface Pair {
  readonly w: Local;
  readonly weights: readonly [Local, Local];
  readonly sums: readonly { readonly even: Local; readonly odd: Local }[];
}

/**
 * forward(weights, bias, input, inputStride, output, outputStride, square, squareStride, rows, inputs, outputs, floor):
 * max(floor, W x + b) of rows x for W in pairs of outputs, inputs a multiple of 4 and outputs of 2, and ‖x‖² to `square`;
 * strides in bytes. Every output is the sum of two, over inputs 0, 2 (mod 4) and 1, 3, however many rows there are.
 */
export const forwardText: FunctionText = {
  name: "forward",
  parameters: ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "f64"],
  body(parameters, local) {
    const [weights, bias, input, inputStride, output, outputStride] = parameters as SixLocals;
    const [square, squareStride, rowsLeft, inputs, outputs, floor] = parameters.slice(6) as SixLocals;
    const [left, w, b, bytes, end] = [0, 1, 2, 3, 4].map(() => local("i32")) as FiveLocals;
    const floors = local("v128");
    const twoOf = <Item>(item: () => Item) => [item(), item()] as [Item, Item];
    const vectors = () => twoOf(() => local("v128"));
    const rows: Row[] = twoOf(() => ({ x: local("i32"), y: local("i32"), given: vectors() }));
    const sumsOf = () => rows.map(() => ({ even: local("v128"), odd: local("v128") }));
    const pairs: Pair[] = twoOf(() => ({ w: local("i32"), weights: vectors(), sums: sumsOf() }));

    const outputsOf = (taken: readonly Pair[], together: readonly Row[]) => [
      ...taken.map((pair, n) => set(pair.w, n === 0 ? get(w) : i32.add(get(w), doubled(bytes)))),
      ...taken.flatMap(({ sums }) => sums.flatMap(({ even, odd }) => [set(even, zero), set(odd, zero)])),
      ...together.map(({ x }, row) => set(x, rowAt(input, inputStride, row))),
      repeatWhile(i32.isLess(get(rows[0]!.x), get(end)), addFourInputs(taken, together)),
      ...taken.flatMap(({ sums }, n) =>
        together.map(({ y }, row) => {
          const { even, odd } = sums[row]!;
          const sum = add(add(get(even), get(odd)), load(get(b), 16 * n));
          return store(get(y), 16 * n, most(sum, get(floors)));
        }),
      ),
      set(w, get(taken.at(-1)!.w)),
      ...[b, ...together.map(({ y }) => y)].map((place) => advance(place, i32.constant(16 * taken.length))),
      advance(left, i32.constant(-2 * taken.length)),
    ];
    const rowsOf = (count: number) => {
      const together = rows.slice(0, count);
      return [
        set(left, get(outputs)),
        set(w, get(weights)),
        set(b, get(bias)),
        set(end, i32.add(get(input), get(bytes))),
        ...together.map(({ y }, row) => set(y, rowAt(output, outputStride, row))),
        asLongAs(isLeft(left, 4), outputsOf(pairs, together)),
        when(isLeft(left, 2), outputsOf(pairs.slice(0, 1), together)),
        ...together.flatMap(({ x }, row) => [
          set(x, rowAt(input, inputStride, row)),
          ...storeSquare(x, bytes, end, pairs[0]!.sums[0]!.even, rowAt(square, squareStride, row)),
        ]),
        advanceRows(input, inputStride, count),
        advanceRows(output, outputStride, count),
        advanceRows(square, squareStride, count),
      ];
    };
    return [
      set(floors, f64x2.splat(get(floor))),
      set(bytes, i32.multiply(get(inputs), i32.constant(8))),
      ...byTwosAndOne(rowsLeft, rowsOf),
    ];
  },
};

type FiveLocals = [Local, Local, Local, Local, Local];
type SixLocals = [Local, Local, Local, Local, Local, Local];

const doubled = (value: Local) => i32.multiply(get(value), i32.constant(2));

/** Adds the products of four inputs: those of 0 and 2 to the even sums, those of 1 and 3 to the odd ones. */
function addFourInputs(pairs: readonly Pair[], rows: readonly Row[]): Code[] {
  const addTwo = (first: 0 | 1) => [
    ...rows.flatMap(({ x, given }) => given.map((x_, n) => set(x_, loadSplat(get(x), 8 * first + 16 * n)))),
    ...pairs.flatMap(({ w, weights, sums }) => [
      ...weights.map((weight, n) => set(weight, load(get(w), 16 * first + 32 * n))),
      ...rows.map(({ given }, row) => {
        const sum = first === 0 ? sums[row]!.even : sums[row]!.odd;
        const [one, other] = weights.map((weight, n) => multiply(get(weight), get(given[n as 0 | 1])));
        return set(sum, add(get(sum), add(one!, other!)));
      }),
    ]),
  ];
  return [
    ...addTwo(0),
    ...addTwo(1),
    ...pairs.map(({ w }) => advance(w, i32.constant(64))),
    ...rows.map(({ x }) => advance(x, i32.constant(32))),
  ];
}

/** Writes Σ x² of the inputs from `x` on to `place`: the sum of two, over inputs 0, 2 (mod 4) and 1, 3. */
function storeSquare(x: Local, bytes: Local, end: Local, sums: Local, place: Code): Code[] {
  const squared = (offset: number) => multiply(load(get(x), offset), load(get(x), offset));
  return [
    set(end, i32.add(get(x), get(bytes))),
    set(sums, zero),
    repeatWhile(i32.isLess(get(x), get(end)), [
      set(sums, add(get(sums), add(squared(0), squared(16)))),
      advance(x, i32.constant(32)),
    ]),
    f64.store(place, f64.add(lane(0, get(sums)), lane(1, get(sums)))),
  ];
}
