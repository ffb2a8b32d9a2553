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
  type ValueType,
} from "./assembler.ts";

const { add, multiply, load, loadSplat, store, most, lane, isGreater, and } = f64x2;
const zero = f64x2.constant(0);

/** Bytes of two units: b, w₀ … w₃ and the weights v₀, v₁ into the logits, each beside the other unit's. */
export const pairBytes = 112;
const weights = 16;
const logitWeights = 80;
/** Where a step's numbers lie in its head: Σ δ², two logits or their δ, four inputs, ‖h‖². */
const inHead = { deltaSquare: 0, logits: 8, inputs: 24, square: 56 };

type Locals = (type: ValueType) => Local;

/**
 * controlForward(packed, units, head, headStride, hidden, hiddenStride, rows): h = relu(W x + b) to `hidden`, and to the head
 * the logits V h + c and ‖h‖², for rows x in the head; units an even number, even and odd ones summed apart; strides in bytes.
 */
export const controlForwardText: FunctionText = {
  name: "controlForward",
  parameters: ["i32", "i32", "i32", "i32", "i32", "i32", "i32"],
  body(parameters, local) {
    const [packed, units, head, headStride, hidden, hiddenStride, rows] = parameters as SevenLocals;
    const [w, to, left, h] = [local("i32"), local("i32"), local("i32"), local("v128")];
    const given = vectors(local, 4) as FourLocals;
    const logits = vectors(local, 2);
    const square = local("v128");
    return [
      asLongAs(get(rows), [
        ...given.map((x, n) => set(x, loadSplat(get(head), inHead.inputs + 8 * n))),
        ...[square, ...logits].map((sum) => set(sum, zero)),
        set(w, get(packed)),
        set(to, get(hidden)),
        set(left, get(units)),
        repeatWhile(get(left), [
          set(
            h,
            most(
              add(
                load(get(w)),
                sumOfProducts(given, (n) => load(get(w), weights + 16 * n)),
              ),
              zero,
            ),
          ),
          store(get(to), 0, get(h)),
          ...logits.map((sum, k) =>
            set(sum, add(get(sum), multiply(load(get(w), logitWeights + 16 * k), get(h)))),
          ),
          set(square, add(get(square), multiply(get(h), get(h)))),
          advance(w, i32.constant(pairBytes)),
          advance(to, i32.constant(16)),
          advance(left, i32.constant(-2)),
        ]),
        ...logits.map((sum, k) =>
          f64.store(get(head), f64.add(lanesOf(sum), f64.load(get(w), 8 * k)), inHead.logits + 8 * k),
        ),
        f64.store(get(head), lanesOf(square), inHead.square),
        advance(head, get(headStride)),
        advance(hidden, get(hiddenStride)),
        advance(rows, i32.constant(-1)),
      ]),
    ];
  },
};

/**
 * controlBackward(packed, units, head, headStride, hidden, hiddenStride, steps, sums): adds the gradient over the steps to
 * `sums`, packed as the parameters are, and every unit's δ² in order to the step's head. A pair's sums stay in registers.
 */
export const controlBackwardText: FunctionText = {
  name: "controlBackward",
  parameters: ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"],
  body(parameters, local) {
    const [packed, units, head, headStride, hidden, hiddenStride, steps] = parameters as SevenLocals;
    const sums = parameters[7]!;
    const [p, from, t] = [local("i32"), local("i32"), local("i32")];
    const [value, d] = vectors(local, 2) as [Local, Local];
    const into = vectors(local, 2);
    const biasSum = local("v128");
    const weightSums = vectors(local, 4);
    const logitSums = vectors(local, 2);
    const all = [biasSum, ...weightSums, ...logitSums];
    const deltaOf = (k: number) => loadSplat(get(p), inHead.logits + 8 * k);

    const stepOf: Code[] = [
      set(value, load(get(from))),
      ...logitSums.map((sum, k) => set(sum, add(get(sum), multiply(deltaOf(k), get(value))))),
      set(
        d,
        and(
          isGreater(get(value), zero),
          add(multiply(get(into[0]!), deltaOf(0)), multiply(get(into[1]!), deltaOf(1))),
        ),
      ),
      set(biasSum, add(get(biasSum), get(d))),
      ...weightSums.map((sum, n) =>
        set(sum, add(get(sum), multiply(get(d), loadSplat(get(p), inHead.inputs + 8 * n)))),
      ),
      addSquares(p, d),
      advance(p, get(headStride)),
      advance(from, get(hiddenStride)),
      advance(t, i32.constant(-1)),
    ];
    return [
      repeatWhile(get(units), [
        ...into.map((weight, k) => set(weight, load(get(packed), logitWeights + 16 * k))),
        ...all.map((sum) => set(sum, zero)),
        set(p, get(head)),
        set(from, get(hidden)),
        set(t, get(steps)),
        repeatWhile(get(t), stepOf),
        ...all.map((sum, n) => store(get(sums), 16 * n, add(load(get(sums), 16 * n), get(sum)))),
        ...[packed, sums].map((place) => advance(place, i32.constant(pairBytes))),
        advance(hidden, i32.constant(16)),
        advance(units, i32.constant(-2)),
      ]),
    ];
  },
};

/**
 * controlProject(packed, gradient, units, head, headStride, hidden, hiddenStride, steps): g_t · g to the first number of every
 * step's head, for δ of the logits in the head and g packed as the parameters are; summed unit by unit.
 */
export const controlProjectText: FunctionText = {
  name: "controlProject",
  parameters: ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"],
  body(parameters, local) {
    const [packed, gradient, units, head, headStride, hidden, hiddenStride] = parameters as SevenLocals;
    const steps = parameters[7]!;
    const [w, g, from, left] = [0, 1, 2, 3].map(() => local("i32")) as FourLocals;
    const given = vectors(local, 4);
    const deltas = vectors(local, 2) as [Local, Local];
    const [value, slope, inner, outer] = vectors(local, 4) as FourLocals;
    const sum = local("f64");

    const ofLogits = (place: Local) => {
      const product = (k: 0 | 1) => multiply(load(get(place), logitWeights + 16 * k), get(deltas[k]));
      return add(product(0), product(1));
    };
    const biasOf = (k: 0 | 1) => f64.multiply(lane(0, get(deltas[k])), f64.load(get(g), 8 * k));
    const addBoth = (k: 0 | 1) =>
      set(sum, f64.add(f64.add(get(sum), lane(k, get(inner))), lane(k, get(outer))));
    return [
      asLongAs(get(steps), [
        ...given.map((x, n) => set(x, loadSplat(get(head), inHead.inputs + 8 * n))),
        ...deltas.map((delta, k) => set(delta, loadSplat(get(head), inHead.logits + 8 * k))),
        set(g, i32.add(get(gradient), i32.multiply(get(units), i32.constant(pairBytes / 2)))),
        set(sum, f64.add(biasOf(0), biasOf(1))),
        set(w, get(packed)),
        set(g, get(gradient)),
        set(from, get(hidden)),
        set(left, get(units)),
        repeatWhile(get(left), [
          set(value, load(get(from))),
          set(slope, load(get(g))),
          ...given.map((x, n) =>
            set(slope, add(get(slope), multiply(load(get(g), weights + 16 * n), get(x)))),
          ),
          set(inner, and(isGreater(get(value), zero), multiply(ofLogits(w), get(slope)))),
          set(outer, multiply(get(value), ofLogits(g))),
          addBoth(0),
          addBoth(1),
          ...[w, g].map((place) => advance(place, i32.constant(pairBytes))),
          advance(from, i32.constant(16)),
          advance(left, i32.constant(-2)),
        ]),
        f64.store(get(head), get(sum)),
        advance(head, get(headStride)),
        advance(hidden, get(hiddenStride)),
        advance(steps, i32.constant(-1)),
      ]),
    ];
  },
};

/** Adds the squares of both units' δ, one after the other, to the head at `head`. */
function addSquares(head: Local, d: Local): Code {
  const square = (k: 0 | 1) => lane(k, multiply(get(d), get(d)));
  return f64.store(
    get(head),
    f64.add(f64.add(f64.load(get(head), inHead.deltaSquare), square(0)), square(1)),
    inHead.deltaSquare,
  );
}

/** f₀x₀ + f₁x₁ + (f₂x₂ + f₃x₃). */
export function sumOfProducts(given: FourLocals, factor: (n: number) => Code): Code {
  const [a, b, c, d] = given.map((x, n) => multiply(factor(n), get(x))) as [Code, Code, Code, Code];
  return add(add(a, b), add(c, d));
}

function vectors(local: Locals, count: number): Local[] {
  return Array.from({ length: count }, () => local("v128"));
}

function lanesOf(vector: Local): Code {
  return f64.add(lane(0, get(vector)), lane(1, get(vector)));
}

export type FourLocals = [Local, Local, Local, Local];
type SevenLocals = [Local, Local, Local, Local, Local, Local, Local];
