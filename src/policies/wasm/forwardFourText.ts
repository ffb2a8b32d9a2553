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
} from "./assembler.ts";
import { type FourLocals, sumOfProducts } from "./controlText.ts";
import { advanceRows } from "./rows.ts";

const { add, load, loadSplat, store, most, lane } = f64x2;

/** Bytes of two outputs of four inputs: b, w₀ … w₃ of both side by side. */
const pairBytes = 80;

/**
 * forwardFour(weights, input, inputStride, output, outputStride, square, squareStride, rows, outputs, floor):
 * max(floor, W x + b) of rows of four inputs, outputs a multiple of 2, and ‖x‖² to `square`; strides in bytes.
 */
export const forwardFourText: FunctionText = {
  name: "forwardFour",
  parameters: ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "f64"],
  body(parameters, local) {
    const [weights, input, inputStride, output, outputStride] = parameters as FiveLocals;
    const [square, squareStride, rows, outputs, floor] = parameters.slice(5) as FiveLocals;
    const [w, y, left] = [local("i32"), local("i32"), local("i32")];
    const given = [0, 1, 2, 3].map(() => local("v128")) as FourLocals;
    const floors = local("v128");

    const rowOf: Code[] = [
      ...given.map((x, n) => set(x, loadSplat(get(input), 8 * n))),
      set(w, get(weights)),
      set(y, get(output)),
      set(left, get(outputs)),
      repeatWhile(get(left), [
        store(
          get(y),
          0,
          most(
            add(
              load(get(w)),
              sumOfProducts(given, (n) => load(get(w), 16 + 16 * n)),
            ),
            get(floors),
          ),
        ),
        advance(w, i32.constant(pairBytes)),
        advance(y, i32.constant(16)),
        advance(left, i32.constant(-2)),
      ]),
      f64.store(
        get(square),
        lane(
          0,
          sumOfProducts(given, (n) => get(given[n]!)),
        ),
      ),
    ];
    return [
      set(floors, f64x2.splat(get(floor))),
      asLongAs(get(rows), [
        ...rowOf,
        advanceRows(input, inputStride, 1),
        advanceRows(output, outputStride, 1),
        advanceRows(square, squareStride, 1),
        advance(rows, i32.constant(-1)),
      ]),
    ];
  },
};

type FiveLocals = [Local, Local, Local, Local, Local];
