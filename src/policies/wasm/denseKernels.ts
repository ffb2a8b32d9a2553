/** The loops of dense layers, two float64 at a time. Places and strides are in bytes; see the text of each. */
export interface DenseKernels {
  forward(
    weights: number,
    bias: number,
    input: number,
    inputStride: number,
    output: number,
    outputStride: number,
    square: number,
    squareStride: number,
    rows: number,
    inputs: number,
    outputs: number,
    floor: number,
  ): void;
  forwardFour(
    weights: number,
    input: number,
    inputStride: number,
    output: number,
    outputStride: number,
    square: number,
    squareStride: number,
    rows: number,
    outputs: number,
    floor: number,
  ): void;
  tanh(place: number, stride: number, rows: number, count: number): void;
  weightSums(
    delta: number,
    deltaStride: number,
    input: number,
    inputStride: number,
    steps: number,
    inputs: number,
    sums: number,
  ): void;
  deltaSums(delta: number, stride: number, steps: number, count: number, sums: number): void;
  propagateRelu: Propagate;
  propagateTanh: Propagate;
}

type Propagate = (
  weights: number,
  pairStride: number,
  delta: number,
  deltaStride: number,
  deltas: number,
  input: number,
  to: number,
  stride: number,
  square: number,
  squareStride: number,
  steps: number,
  inputs: number,
) => void;
