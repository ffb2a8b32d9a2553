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
  type ValueType,
} from "./assembler.ts";
import { advanceRows, byEightsAndFour, byTwosAndOne, rowAt } from "./rows.ts";

const { add, subtract, multiply, load, loadSplat, store, lane, firsts, seconds } = f64x2;
const zero = f64x2.constant(0);
const one = f64x2.constant(1);

/** One step as it is gone through: where its δ lies, two of them at hand, and the sums of eight inputs, two in each. */
interface Step {
  readonly d: Local;
  readonly deltas: readonly [Local, Local];
  readonly square: Local;
  readonly sums: readonly Local[];
}

/** The weights of two outputs: where they lie, two as they lie there, and then those of the one output and of the other. */
interface Weights {
  readonly w: Local;
  readonly loaded: readonly [Local, Local];
  readonly byOutput: readonly [Local, Local];
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
      const [to, stride, square, squareStride, stepsLeft, inputs] = parameters.slice(6) as SixLocals;
      const [from, left, end, offset] = [0, 1, 2, 3].map(() => local("i32")) as FourLocals;
      const at: Weights = { w: local("i32"), loaded: vectors(local), byOutput: vectors(local) };
      const steps: Step[] = [0, 1].map(() => ({
        d: local("i32"),
        deltas: vectors(local),
        square: local("f64"),
        sums: [...vectors(local), ...vectors(local)],
      }));

      const inputsOf = (taken: readonly number[], together: readonly Step[]) => [
        ...together.flatMap(({ sums }) => taken.map((n) => set(sums[n]!, zero))),
        ...together.map(({ d }, step) => set(d, rowAt(delta, deltaStride, step))),
        set(at.w, get(from)),
        repeatWhile(i32.isLess(get(steps[0]!.d), get(end)), [
          ...addTwoOutputs(at, taken, together),
          advance(at.w, get(pairStride)),
        ]),
        ...together.flatMap((step, index) => {
          const place = (start: Local) => i32.add(rowAt(start, stride, index), get(offset));
          return taken.flatMap((n) => passOn(step, n, place(input), place(to), slope));
        }),
        advance(offset, i32.constant(16 * taken.length)),
        advance(from, i32.constant(32 * taken.length)),
        advance(left, i32.constant(-2 * taken.length)),
      ];
      return byTwosAndOne(stepsLeft, (count) => {
        const together = steps.slice(0, count);
        return [
          ...together.map(({ square }) => set(square, f64.constant(0))),
          set(end, i32.add(get(delta), get(deltas))),
          set(from, get(weights)),
          set(offset, i32.constant(0)),
          set(left, get(inputs)),
          ...byEightsAndFour(left, [0, 1, 2, 3], (taken) => inputsOf(taken, together)),
          ...together.map((step, index) => f64.store(rowAt(square, squareStride, index), get(step.square))),
          advanceRows(delta, deltaStride, count),
          ...[input, to].map((place) => advanceRows(place, stride, count)),
          advanceRows(square, squareStride, count),
        ];
      });
    },
  };
}

/** Adds δ_j W[j,i] + δ_{j+1} W[j+1,i] of two outputs to the sums, which share the weights. */
function addTwoOutputs({ w, loaded, byOutput }: Weights, taken: readonly number[], steps: readonly Step[]) {
  return [
    ...steps.flatMap(({ d, deltas }) => deltas.map((delta, k) => set(delta, loadSplat(get(d), 8 * k)))),
    ...taken.flatMap((n) => [
      ...loaded.map((weight, k) => set(weight, load(get(w), 32 * n + 16 * k))),
      set(byOutput[0], firsts(get(loaded[0]), get(loaded[1]))),
      set(byOutput[1], seconds(get(loaded[0]), get(loaded[1]))),
      ...steps.map(({ deltas, sums }) => {
        const product = (k: 0 | 1) => multiply(get(deltas[k]), get(byOutput[k]));
        return set(sums[n]!, add(get(sums[n]!), add(product(0), product(1))));
      }),
    ]),
    ...steps.map(({ d }) => advance(d, i32.constant(16))),
  ];
}

/** Writes δ of two inputs and adds their squares, one after the other. */
function passOn({ square, sums }: Step, n: number, input: Code, to: Code, slope: (h: Code) => Code): Code[] {
  const sum = sums[n]!;
  const addSquare = (k: 0 | 1) =>
    set(square, f64.add(get(square), f64.multiply(lane(k, get(sum)), lane(k, get(sum)))));
  return [
    set(sum, multiply(get(sum), slope(load(input, 16 * n)))),
    store(to, 16 * n, get(sum)),
    addSquare(0),
    addSquare(1),
  ];
}

function vectors(local: (type: ValueType) => Local): [Local, Local] {
  return [local("v128"), local("v128")];
}

/** [h > 0]. */
export const propagateReluText = propagateText("propagateRelu", (h) =>
  f64x2.and(f64x2.isGreater(h, zero), one),
);
/** 1 − h², of h = tanh. */
export const propagateTanhText = propagateText("propagateTanh", (h) => subtract(one, multiply(h, h)));

type FourLocals = [Local, Local, Local, Local];
type SixLocals = [Local, Local, Local, Local, Local, Local];
