import { type FakeBatch, hiddenUnits, inputs, outputs } from "./episodes.ts";
import type { FakeLoss } from "./lossText.ts";

/** Numbers of one loss on one batch: columns over the steps and the gradient by layer. */
export interface FakeUpdate {
  readonly batch: FakeBatch;
  readonly columns: Readonly<Record<string, Float64Array>>;
  readonly layers: readonly FakeLayer[];
  readonly value: number;
  readonly policySum: number;
  readonly entropySum: number;
}

export interface FakeLayer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly gradient: Float64Array;
}

export function computeUpdate(batch: FakeBatch, loss: FakeLoss, gamma: number): FakeUpdate {
  const columns = dataColumns(batch, gamma);
  addWeights(batch, loss, columns);
  const layers = backward(batch, columns);
  addShares(batch, columns, layers);
  const policySum = sum(columns.term_policy!);
  const entropySum = loss.entropyWeight === 0 ? 0 : sum(columns.term_entropy!);
  return { batch, columns, layers, policySum, entropySum, value: policySum + entropySum };
}

function dataColumns(batch: FakeBatch, gamma: number): Record<string, Float64Array> {
  const { steps, time, actions, probabilities } = batch;
  const make = (of: (t: number) => number) => Float64Array.from({ length: steps }, (_, t) => of(t));
  const returns = new Float64Array(steps);
  for (let t = steps - 1; t >= 0; t--) {
    const last = t === steps - 1 || time[t + 1] === 0;
    returns[t] = 1 + (last ? 0 : gamma * returns[t + 1]!);
  }
  const matrix = (values: Float64Array, width: number, name: string) =>
    Object.fromEntries(
      Array.from({ length: width }, (_, k) => [`${name}[${k}]`, make((t) => values[t * width + k]!)]),
    );
  return {
    ...matrix(probabilities, outputs, "pi"),
    ...matrix(batch.observations, inputs, "obs"),
    t: make((t) => time[t]!),
    action: actions,
    reward: make(() => 1),
    G: returns,
    gamma_t: make((t) => gamma ** time[t]!),
    log_pi: make((t) => Math.log(probabilities[t * outputs + actions[t]!]!)),
    entropy: make((t) => {
      const left = probabilities[t * outputs]!;
      const right = probabilities[t * outputs + 1]!;
      return -(left * Math.log(left) + right * Math.log(right));
    }),
  };
}

function addWeights(batch: FakeBatch, loss: FakeLoss, columns: Record<string, Float64Array>): void {
  const { steps, actions, probabilities } = batch;
  const scale = loss.sign * (loss.mean ? 1 / steps : 1);
  const weight = new Float64Array(steps);
  const term = new Float64Array(steps);
  const entropyTerm = new Float64Array(steps);
  const gradient = Array.from({ length: outputs }, () => new Float64Array(steps));
  for (let t = 0; t < steps; t++) {
    const c = scale * columns.G![t]! * (loss.discounted ? columns.gamma_t![t]! : 1);
    weight[t] = c;
    term[t] = -c * columns.log_pi![t]!;
    entropyTerm[t] = -loss.entropyWeight * columns.entropy![t]!;
    for (let k = 0; k < outputs; k++) {
      const p = probabilities[t * outputs + k]!;
      const taken = actions[t] === k ? 1 : 0;
      gradient[k]![t] = c * (p - taken) + loss.entropyWeight * p * (Math.log(p) + columns.entropy![t]!);
    }
  }
  Object.assign(columns, {
    weight,
    term_policy: term,
    "dlogit[0]": gradient[0],
    "dlogit[1]": gradient[1],
  });
  if (loss.entropyWeight !== 0) columns.term_entropy = entropyTerm;
}

function backward(batch: FakeBatch, columns: Record<string, Float64Array>): FakeLayer[] {
  const w1 = new Float64Array(hiddenUnits * inputs);
  const b1 = new Float64Array(hiddenUnits);
  const w2 = new Float64Array(outputs * hiddenUnits);
  const b2 = new Float64Array(outputs);
  const size = new Float64Array(batch.steps);
  for (let t = 0; t < batch.steps; t++) {
    const back = backStep(batch, columns, t);
    size[t] = back.norm;
    for (let k = 0; k < outputs; k++) {
      b2[k]! += back.output[k]!;
      for (let j = 0; j < hiddenUnits; j++)
        w2[k * hiddenUnits + j]! += back.output[k]! * batch.hidden[t * hiddenUnits + j]!;
    }
    for (let j = 0; j < hiddenUnits; j++) {
      b1[j]! += back.hidden[j]!;
      for (let i = 0; i < inputs; i++)
        w1[j * inputs + i]! += back.hidden[j]! * batch.observations[t * inputs + i]!;
    }
  }
  columns.size = size;
  return [
    { name: "W1", shape: [hiddenUnits, inputs], gradient: w1 },
    { name: "b1", shape: [hiddenUnits], gradient: b1 },
    { name: "W2", shape: [outputs, hiddenUnits], gradient: w2 },
    { name: "b2", shape: [outputs], gradient: b2 },
  ];
}

const outputBack = new Float64Array(outputs);
const hiddenBack = new Float64Array(hiddenUnits);

/** ∂L/∂logits and ∂L/∂(hidden sums) of one step, and the norm of the step's whole gradient. */
function backStep(batch: FakeBatch, columns: Record<string, Float64Array>, t: number) {
  const { w2 } = batch.network;
  let hiddenSquares = 1;
  let inputSquares = 1;
  let hiddenBackSquares = 0;
  for (let k = 0; k < outputs; k++) outputBack[k] = columns[`dlogit[${k}]`]![t]!;
  for (let j = 0; j < hiddenUnits; j++) {
    const unit = batch.hidden[t * hiddenUnits + j]!;
    let back = 0;
    for (let k = 0; k < outputs; k++) back += outputBack[k]! * w2[k * hiddenUnits + j]!;
    hiddenBack[j] = back * (1 - unit * unit);
    hiddenBackSquares += hiddenBack[j]! ** 2;
    hiddenSquares += unit * unit;
  }
  for (let i = 0; i < inputs; i++) inputSquares += batch.observations[t * inputs + i]! ** 2;
  const outputSquares = outputBack[0]! ** 2 + outputBack[1]! ** 2;
  const norm = Math.sqrt(outputSquares * hiddenSquares + hiddenBackSquares * inputSquares);
  return { output: outputBack, hidden: hiddenBack, norm };
}

function addShares(
  batch: FakeBatch,
  columns: Record<string, Float64Array>,
  layers: readonly FakeLayer[],
): void {
  const [w1, b1, w2, b2] = layers.map((layer) => layer.gradient) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const square = layers.reduce(
    (total, { gradient }) => total + gradient.reduce((all, value) => all + value * value, 0),
    0,
  );
  const share = new Float64Array(batch.steps);
  for (let t = 0; t < batch.steps; t++) {
    const back = backStep(batch, columns, t);
    let product = 0;
    for (let k = 0; k < outputs; k++) {
      let inner = b2[k]!;
      for (let j = 0; j < hiddenUnits; j++)
        inner += w2[k * hiddenUnits + j]! * batch.hidden[t * hiddenUnits + j]!;
      product += back.output[k]! * inner;
    }
    for (let j = 0; j < hiddenUnits; j++) {
      let inner = b1[j]!;
      for (let i = 0; i < inputs; i++) inner += w1[j * inputs + i]! * batch.observations[t * inputs + i]!;
      product += back.hidden[j]! * inner;
    }
    share[t] = square > 0 ? product / square : 0;
  }
  columns.share = share;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
