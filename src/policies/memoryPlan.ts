import type { Layer, Layout } from "./layout.ts";
import { oddLines, tileSteps } from "./network.ts";

/** A field that every step has: that of step t lies at `start` + t·`stride` of the memory. */
export interface Field {
  readonly start: number;
  readonly stride: number;
}

/** Where the field of step t lies. */
export function fieldAt(field: Field, t: number): number {
  return field.start + t * field.stride;
}

/** Where one layer's numbers lie in a policy's memory. */
export interface LayerPlaces extends Layer {
  /** Number of inputs, filled up with zeros to a multiple of 4. */
  readonly paddedInputs: number;
  /** Number of outputs, filled up with zeros to a multiple of 4 (of 2 where a wide layer gives the logits). */
  readonly paddedOutputs: number;
  /** The packed parameters, and a gradient in the same form. */
  readonly packed: number;
  readonly packedGradient: number;
  /** Inputs h; outputs (for the logits rows of a tile only); δ = ∂L/∂(outputs before the activation); ‖h‖². */
  readonly input: Field;
  readonly output: Field;
  readonly delta: Field;
  readonly inputSquare: Field;
}

/**
 * The plan of a policy's one block of memory: packed parameters, scratch space, then fields for
 * `capacity` steps. One block, because each further array costs the compiled loops a check per turn.
 */
export interface MemoryPlan {
  readonly capacity: number;
  readonly layers: readonly LayerPlaces[];
  /** What the backward pass reads of every step: `gathered`, `deltaSquare`, δ of the logits, the observation, then squares. */
  readonly head: Field;
  /** ‖g_t‖² as it is gathered; the first number of a head. */
  readonly gathered: Field;
  /** Σ δ² of the layer that was propagated to last. */
  readonly deltaSquare: Field;
  /** Room for the outputs of any layer. */
  readonly scratch: Field;
  /** Room for the sums of two rows of any layer's W, or of its δ. */
  readonly sums: number;
  /** The blocks that hold steps: heads, hidden outputs, hidden deltas. */
  readonly blocks: readonly Field[];
  /** Doubles in all. */
  readonly length: number;
}

const padTo = (count: number, multiple: number) => Math.ceil(count / multiple) * multiple;

export function planMemory(layout: Layout, capacity: number): MemoryPlan {
  const places = new Places(0);
  const sizes = layout.layers.map((layer, index) => padSizes(layer, index === layout.layers.length - 1));
  const packed = sizes.map(
    (size) => [places.take(packedLength(size)), places.take(packedLength(size))] as const,
  );
  const widest = Math.max(...sizes.map(({ paddedOutputs }) => paddedOutputs));
  const scratch = { start: places.take(widest), stride: 0 };
  const sums = places.take(Math.max(widest, 2 * Math.max(...sizes.map(({ paddedInputs }) => paddedInputs))));
  const logits = places.field(sizes.at(-1)!.paddedOutputs, tileSteps);
  places.align(8);

  const inHead = new Places(2);
  const logitsDelta = inHead.take(sizes.at(-1)!.paddedOutputs);
  const observation = inHead.take(sizes[0]!.paddedInputs);
  const squares = sizes.map(() => inHead.take(1));
  const head = places.field(padTo(inHead.end, 8), capacity);
  const hidden = sizes.slice(0, -1).map(({ paddedOutputs }) => oddLines(paddedOutputs));
  const outputs = hidden.map((stride) => places.field(stride, capacity));
  const deltas = hidden.map((stride) => places.field(stride, capacity));
  const inHeads = (place: number): Field => ({ start: head.start + place, stride: head.stride });

  const layers = layout.layers.map((layer, index) => ({
    ...layer,
    ...sizes[index]!,
    packed: packed[index]![0],
    packedGradient: packed[index]![1],
    input: outputs[index - 1] ?? inHeads(observation),
    output: outputs[index] ?? logits,
    delta: deltas[index] ?? inHeads(logitsDelta),
    inputSquare: inHeads(squares[index]!),
  }));
  const blocks = [head, ...outputs, ...deltas];
  const deltaSquare = inHeads(1);
  return { capacity, layers, head, gathered: head, deltaSquare, scratch, sums, blocks, length: places.end };
}

/** Copies everything that a policy's memory holds into a larger one. */
export function copyMemory(
  memory: Float64Array,
  from: MemoryPlan,
  larger: Float64Array,
  to: MemoryPlan,
): void {
  larger.set(memory.subarray(0, from.head.start));
  for (const [index, { start, stride }] of from.blocks.entries()) {
    larger.set(memory.subarray(start, start + from.capacity * stride), to.blocks[index]!.start);
  }
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

  field(stride: number, steps: number): Field {
    return { start: this.take(stride * steps), stride };
  }

  align(multiple: number): void {
    this.end = padTo(this.end, multiple);
  }
}

interface PaddedSizes {
  readonly paddedInputs: number;
  readonly paddedOutputs: number;
}

function padSizes({ inputs, outputs }: Layer, isLast: boolean): PaddedSizes {
  const paddedInputs = padTo(inputs, 4);
  return { paddedInputs, paddedOutputs: padTo(outputs, isLast && paddedInputs > 4 ? 2 : 4) };
}

function packedLength({ paddedInputs, paddedOutputs }: PaddedSizes): number {
  return paddedOutputs * (paddedInputs + 1);
}
