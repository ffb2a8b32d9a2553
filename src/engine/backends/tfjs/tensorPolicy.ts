import * as tf from "@tensorflow/tfjs-core";
import type { DeviceFigures, DevicePolicy } from "../../../policies/devicePolicy.ts";
import type { OptimiserSpecification } from "../../../policies/policy.ts";
import { free, onBackend } from "./activeBackend.ts";
import type { DenseParts } from "./denseParts.ts";
import { clipped, normOf, type Stepped, stepped } from "./tensorOptimiser.ts";
import type { ForwardPass, LayerTensors, TensorPart } from "./tensorPart.ts";

/** Bytes of the largest tensor that is computed at a time: what is smaller is used again by the allocator, and fits a cache. */
const pieceBytes = 2 ** 23;

/** Rows of a batch that are computed together, with a pass for every part of the policy. */
interface Piece {
  readonly from: number;
  readonly rows: number;
  readonly passes: readonly ForwardPass[];
}

/** What the backward pass leaves of a piece: ∂L/∂outputs [rows × O], ‖g_t‖² [rows], and g up to and with this piece. */
interface PassedBack {
  readonly delta: tf.Tensor2D;
  readonly squares: tf.Tensor1D;
  readonly gradient: tf.Tensor1D;
}

/** A policy in tensor operations, on the backend of its name. */
export class TensorPolicy implements DevicePolicy {
  readonly name: string;
  readonly device: string;
  readonly precision = "float32";
  readonly #dense: DenseParts;
  readonly #takeTrouble: () => string | undefined;
  #failure: string | undefined;
  #theta: tf.Tensor1D;
  /** Every part's tensors of θ. */
  #layers: readonly (readonly LayerTensors[])[];
  #moments: readonly tf.Tensor1D[] = [];
  #norm: tf.Scalar | undefined;
  #pieces: Piece[] = [];
  #passedBack: PassedBack[] = [];

  /**
   * θ is 0 until `setTheta`. `takeTrouble` says what a device that only queues work could not do since it was last asked; a
   * policy it happened to gives no number any more.
   */
  constructor(
    name: string,
    device: string,
    dense: DenseParts,
    takeTrouble: () => string | undefined = () => undefined,
  ) {
    this.name = name;
    this.device = device;
    this.#dense = dense;
    this.#takeTrouble = takeTrouble;
    this.#theta = this.#run(() => tf.zeros([dense.parameterCount]));
    this.#layers = this.#run(() => this.#unpack(this.#theta));
  }

  setTheta(theta: Float64Array): void {
    if (theta.length !== this.#dense.parameterCount) {
      throw new RangeError(`θ has ${this.#dense.parameterCount} numbers, not ${theta.length}`);
    }
    const { tensor, layers } = this.#run(() => {
      const tensor = tf.tensor1d(Float32Array.from(theta));
      return { tensor, layers: this.#unpack(tensor) };
    });
    free([this.#theta, this.#layers]);
    this.#theta = tensor;
    this.#layers = layers;
  }

  setMoments(moments: readonly Float64Array[]): void {
    const made = this.#run(() => moments.map((moment) => tf.tensor1d(Float32Array.from(moment))));
    free(this.#moments);
    this.#moments = made;
  }

  forward(observations: Float64Array, steps: number): void {
    this.#forgetPasses();
    const size = this.#dense.observationSize;
    const mostRows = Math.max(1, Math.floor(pieceBytes / (4 * this.#dense.widest)));
    for (let from = 0; from < steps; from += mostRows) {
      const rows = Math.min(mostRows, steps - from);
      const passes = this.#run(() => {
        const piece = uploaded(observations, from, rows, size);
        return this.#dense.parts.map((part, index) => part.forward(this.#layers[index] ?? [], piece));
      });
      this.#pieces.push({ from, rows, passes });
    }
  }

  outputs(): Promise<Float64Array> {
    return this.#read(() => {
      const rows = this.#pieces.map(({ passes }) => joined(passes.map(({ outputs }) => outputs)));
      return tf.reshape(tf.concat(rows, 0), [-1]);
    });
  }

  backward(outputsGradient: Float64Array): void {
    this.#forgetGradient();
    for (const piece of this.#pieces) {
      const before = this.#passedBack.at(-1)?.gradient;
      this.#passedBack.push(this.#run(() => this.#backwardPiece(piece, outputsGradient, before)));
      before?.dispose();
    }
  }

  step(optimiser: OptimiserSpecification, count: number, clipNorm: number | undefined): void {
    const gradient = this.#wholeGradient();
    const made: Stepped & { norm: tf.Scalar; layers: readonly (readonly LayerTensors[])[] } = this.#run(
      () => {
        const norm = normOf(gradient);
        const along = clipped(gradient, norm, clipNorm);
        const place = { count, valueStart: this.#dense.valueStart };
        const { theta, moments } = stepped(optimiser, place, this.#theta, this.#moments, along);
        return { theta, moments, norm, layers: this.#unpack(theta) };
      },
    );
    free([this.#theta, this.#layers, this.#moments, this.#norm ?? []]);
    this.#theta = made.theta;
    this.#layers = made.layers;
    this.#moments = made.moments;
    this.#norm = made.norm;
  }

  async figures(): Promise<DeviceFigures> {
    const norm = this.#norm;
    if (!norm) throw new Error("figures follow step");
    const squares = this.#passedBack.map((passed) => passed.squares);
    const values = await this.#read(() => tf.concat1d([this.#theta, ...squares, tf.reshape(norm, [1])]));
    const count = this.#dense.parameterCount;
    return {
      theta: values.slice(0, count),
      stepNorms: values.slice(count, -1).map(Math.sqrt),
      gradientNorm: values.at(-1) ?? Number.NaN,
    };
  }

  gradient(): Promise<Float64Array> {
    const gradient = this.#wholeGradient();
    return this.#read(() => tf.clone(gradient));
  }

  project(): Promise<Float64Array> {
    const gradient = this.#wholeGradient();
    return this.#read(() => {
      const along = this.#unpack(gradient);
      const pieces = this.#pieces.map(({ passes }, piece) => {
        const { delta } = this.#passedBack[piece] as PassedBack;
        const parts = this.#dense.parts.map((part, index) =>
          part.project(
            this.#layers[index] ?? [],
            passes[index] as ForwardPass,
            this.#columns(delta, part),
            along[index] ?? [],
          ),
        );
        return tf.addN(parts);
      });
      return tf.concat1d(pieces);
    });
  }

  async moments(): Promise<readonly Float64Array[]> {
    const moments: Float64Array[] = [];
    for (const moment of this.#moments) moments.push(await this.#read(() => tf.clone(moment)));
    return moments;
  }

  dispose(): void {
    this.#forgetPasses();
    free([this.#theta, this.#layers, this.#moments, this.#norm ?? []]);
    this.#moments = [];
    this.#norm = undefined;
  }

  #backwardPiece(
    { from, rows, passes }: Piece,
    outputsGradient: Float64Array,
    before: tf.Tensor1D | undefined,
  ): PassedBack {
    const delta = uploaded(outputsGradient, from, rows, this.#dense.outputs);
    const passed = this.#dense.parts.map((part, index) =>
      part.backward(this.#layers[index] ?? [], passes[index] as ForwardPass, this.#columns(delta, part)),
    );
    const own = tf.concat1d(passed.flatMap(({ gradient }) => gradient));
    return {
      delta,
      squares: tf.addN(passed.map(({ squares }) => squares)),
      gradient: before === undefined ? own : tf.add(before, own),
    };
  }

  /** A part's columns of ∂L/∂outputs. */
  #columns(delta: tf.Tensor2D, { output, outputs }: TensorPart): tf.Tensor2D {
    return outputs === this.#dense.outputs ? delta : tf.slice(delta, [0, output], [-1, outputs]);
  }

  #unpack(theta: tf.Tensor1D): readonly (readonly LayerTensors[])[] {
    return this.#dense.parts.map((part) => part.unpack(theta));
  }

  #wholeGradient(): tf.Tensor1D {
    const whole = this.#passedBack.at(-1)?.gradient;
    if (whole) return whole;
    throw new Error("backward comes first");
  }

  #forgetPasses(): void {
    this.#forgetGradient();
    free(this.#pieces.map(({ passes }) => passes));
    this.#pieces = [];
  }

  #forgetGradient(): void {
    free(this.#passedBack);
    this.#passedBack = [];
  }

  #run<Result>(work: () => Result): Result {
    return onBackend(this.name, work);
  }

  async #read(work: () => tf.Tensor): Promise<Float64Array> {
    const tensor = this.#run(work);
    try {
      const values = Float64Array.from(await tensor.data());
      this.#failure ??= this.#takeTrouble();
      if (this.#failure !== undefined) throw new Error(this.#failure);
      return values;
    } finally {
      tensor.dispose();
    }
  }
}

/** Rows `from` to `from + rows` of a matrix with `columns` columns. */
function uploaded(values: Float64Array, from: number, rows: number, columns: number): tf.Tensor2D {
  return tf.tensor2d(Float32Array.from(values.subarray(from * columns, (from + rows) * columns)), [
    rows,
    columns,
  ]);
}

function joined(parts: readonly tf.Tensor2D[]): tf.Tensor2D {
  return parts.length === 1 ? (parts[0] as tf.Tensor2D) : tf.concat([...parts], 1);
}
