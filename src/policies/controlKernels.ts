/** As in controlLayout.ts and network.ts: the compiler folds constants of this file, but not imported ones, into the loops. */
const unitSize = 7;
const headSize = 8;
const headDelta = 1;
const headInput = 3;
const headSquare = 7;
const indexMask = 2 ** 28 - 1;

/**
 * One step forward: h = relu(W x + b) to `output`, ‖h‖² to the head, and logits V h + c into `logits` at `place`
 * (the second only where `outputs` is 2). Units are taken in pairs, even and odd ones summed apart.
 */
export function forwardControl(
  memory: Float64Array,
  packed: number,
  paddedUnits: number,
  head: number,
  output: number,
  logits: Float64Array,
  place: number,
  outputs: number,
): void {
  const p = head & indexMask;
  const x0 = memory[p + headInput]!;
  const x1 = memory[p + (headInput + 1)]!;
  const x2 = memory[p + (headInput + 2)]!;
  const x3 = memory[p + (headInput + 3)]!;
  let even0 = 0;
  let odd0 = 0;
  let even1 = 0;
  let odd1 = 0;
  let evenSquare = 0;
  let oddSquare = 0;
  let w = packed & indexMask;
  let h = output & indexMask;
  const end = (output + paddedUnits) & indexMask;
  while (h < end) {
    const a =
      memory[w]! + (memory[w + 1]! * x0 + memory[w + 2]! * x1 + (memory[w + 3]! * x2 + memory[w + 4]! * x3));
    const b =
      memory[w + 7]! +
      (memory[w + 8]! * x0 + memory[w + 9]! * x1 + (memory[w + 10]! * x2 + memory[w + 11]! * x3));
    const even = a < 0 ? 0 : a;
    const odd = b < 0 ? 0 : b;
    memory[h] = even;
    memory[h + 1] = odd;
    even0 += memory[w + 5]! * even;
    even1 += memory[w + 6]! * even;
    odd0 += memory[w + 12]! * odd;
    odd1 += memory[w + 13]! * odd;
    evenSquare += even * even;
    oddSquare += odd * odd;
    w = (w + 2 * unitSize) & indexMask;
    h = (h + 2) & indexMask;
  }
  memory[p + headSquare] = evenSquare + oddSquare;
  logits[place] = even0 + odd0 + memory[w]!;
  if (outputs > 1) logits[place + 1] = even1 + odd1 + memory[w + 1]!;
}

/**
 * Adds the gradient of one hidden unit over `count` steps to `sums` from `place`: ∂/∂b, ∂/∂w₀ … ∂/∂w₃, ∂/∂v₀, ∂/∂v₁. The sums stay
 * in registers, and steps at which relu shut the unit are skipped. Adds δ_t² of the unit to every step's head.
 */
export function addUnitGradient(
  memory: Float64Array,
  unit: number,
  head: number,
  output: number,
  stride: number,
  count: number,
  sums: Float64Array,
  place: number,
): void {
  const weight0 = memory[unit + 5]!;
  const weight1 = memory[unit + 6]!;
  let bias = 0;
  let w0 = 0;
  let w1 = 0;
  let w2 = 0;
  let w3 = 0;
  let v0 = 0;
  let v1 = 0;
  let h = output & indexMask;
  let p = head & indexMask;
  for (let t = 0; t < count; t++) {
    const value = memory[h]!;
    if (value > 0) {
      // In this order few numbers are alive at once, so that all sums keep their registers.
      const e0 = memory[p + headDelta]!;
      v0 += e0 * value;
      const e1 = memory[p + (headDelta + 1)]!;
      v1 += e1 * value;
      const d = weight0 * e0 + weight1 * e1;
      bias += d;
      memory[p]! += d * d;
      w0 += d * memory[p + headInput]!;
      w1 += d * memory[p + (headInput + 1)]!;
      w2 += d * memory[p + (headInput + 2)]!;
      w3 += d * memory[p + (headInput + 3)]!;
    }
    h = (h + stride) & indexMask;
    p = (p + headSize) & indexMask;
  }
  sums[place]! += bias;
  sums[place + 1]! += w0;
  sums[place + 2]! += w1;
  sums[place + 3]! += w2;
  sums[place + 4]! += w3;
  sums[place + 5]! += v0;
  sums[place + 6]! += v1;
}

/** g_t · g for one step, with g packed at `gradient` as the parameters are at `packed`. */
export function projectControl(
  memory: Float64Array,
  packed: number,
  gradient: number,
  paddedUnits: number,
  head: number,
  output: number,
): number {
  const e0 = memory[head + headDelta]!;
  const e1 = memory[head + headDelta + 1]!;
  const biases = gradient + paddedUnits * unitSize;
  let sum = e0 * memory[biases]! + e1 * memory[biases + 1]!;
  for (let j = 0; j < paddedUnits; j++) {
    const value = memory[output + j]!;
    if (!(value > 0)) continue;
    const w = packed + j * unitSize;
    const g = gradient + j * unitSize;
    let slope = memory[g]!;
    for (let i = 0; i < 4; i++) slope += memory[g + 1 + i]! * memory[head + headInput + i]!;
    sum += (memory[w + 5]! * e0 + memory[w + 6]! * e1) * slope;
    sum += value * (memory[g + 5]! * e0 + memory[g + 6]! * e1);
  }
  return sum;
}
