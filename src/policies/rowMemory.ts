import type { Layer, Layout } from "./layout.ts";

/** Where one layer's numbers lie: absolute in a policy's memory, or counted from the start of a step's row. */
export interface LayerPlaces extends Layer {
  /** Number of inputs, filled up with zeros to a multiple of 4. */
  readonly paddedInputs: number;
  /** Number of outputs, filled up with zeros to a multiple of 2. */
  readonly paddedOutputs: number;
  /** Absolute: the packed parameters, and a gradient in the same form. */
  readonly packed: number;
  readonly packedGradient: number;
  /** In the row: inputs h, outputs, δ = ∂L/∂(outputs before the activation), and ‖h‖². */
  readonly input: number;
  readonly output: number;
  readonly delta: number;
  readonly inputSquare: number;
}

/**
 * The plan of a policy's one block of memory: two floors, the packed parameters, scratch space, then a row
 * for every step. One block, because each further array costs the compiled loops a check per turn.
 */
export interface RowPlan {
  readonly layers: readonly LayerPlaces[];
  /** In the row: Σ δ² of the first hidden layer, while a backward pass gathers it. */
  readonly gathered: number;
  /** Absolute: room for the outputs of any layer. */
  readonly scratch: number;
  /** Absolute offset of the first row, and the distance between rows. */
  readonly rows: number;
  readonly stride: number;
}

/** Absolute: the number below which no hidden output goes (0 for relu, −Infinity for tanh). */
export const hiddenFloor = 0;
/** Absolute: −Infinity. */
export const noFloor = 1;

const padTo = (count: number, multiple: number) => Math.ceil(count / multiple) * multiple;

export function planRows(layout: Layout): RowPlan {
  const last = layout.layers.length - 1;
  const sizes = layout.layers.map(({ inputs, outputs }, index) => ({
    paddedInputs: padTo(inputs, 4),
    paddedOutputs: padTo(outputs, index === last ? 2 : 4),
  }));
  const absolute = new Places(noFloor + 1);
  const row = new Places(0);
  // What the backward pass reads together comes first in the row, to share a cache line.
  const gathered = row.take(1);
  const logitsDelta = row.take(sizes[last]!.paddedOutputs);
  const observation = row.take(sizes[0]!.paddedInputs);
  const squares = sizes.map(() => row.take(1));
  const outputs = sizes.map(({ paddedOutputs }) => row.take(paddedOutputs));
  const deltas = sizes.map(({ paddedOutputs }, index) =>
    index === last ? logitsDelta : row.take(paddedOutputs),
  );
  const layers = layout.layers.map((layer, index) => ({
    ...layer,
    ...sizes[index]!,
    packed: absolute.take(packedLength(sizes[index]!)),
    packedGradient: absolute.take(packedLength(sizes[index]!)),
    input: index === 0 ? observation : outputs[index - 1]!,
    output: outputs[index]!,
    delta: deltas[index]!,
    inputSquare: squares[index]!,
  }));
  const scratch = absolute.take(Math.max(...sizes.map(({ paddedOutputs }) => paddedOutputs)));
  return { layers, gathered, scratch, rows: padTo(absolute.end, 8), stride: oddLines(row.end) };
}

class Places {
  end: number;

  constructor(start: number) {
    this.end = start;
  }

  take(count: number): number {
    this.end += count;
    return this.end - count;
  }
}

function packedLength({
  paddedInputs,
  paddedOutputs,
}: {
  paddedInputs: number;
  paddedOutputs: number;
}): number {
  return paddedOutputs * (paddedInputs + 1);
}

/** Rows an odd number of cache lines apart do not crowd into a few sets of the cache. */
function oddLines(doubles: number): number {
  return (Math.ceil(doubles / 8) | 1) * 8;
}
