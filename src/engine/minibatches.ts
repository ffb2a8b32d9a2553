import type { Batch, RecordedColumns } from "../rl/batch.ts";
import type { Generator } from "../rl/generator.ts";

/** How a batch is gone through. */
export interface Passes {
  readonly epochs: number;
  readonly minibatches: number;
}

/**
 * A batch gone through several times, each time in shuffled parts: every part is the batch of one update. Rows keep their
 * order within a part; the order of the steps is in `rows`, and what was recorded before the first update goes along.
 */
export class Minibatches {
  readonly #whole: Batch;
  readonly #recorded: RecordedColumns;
  readonly #passes: Passes;
  readonly #generator: Generator;
  #order: Float64Array;
  #done = 0;

  constructor(whole: Batch, recorded: RecordedColumns, passes: Passes, generator: Generator) {
    this.#whole = whole;
    this.#recorded = recorded;
    this.#passes = passes;
    this.#generator = generator;
    this.#order = shuffled(whole.steps, generator);
  }

  get isDone(): boolean {
    return this.#done === this.#passes.epochs * this.#passes.minibatches;
  }

  /** The part that comes next. */
  next(): Batch {
    const { minibatches } = this.#passes;
    const index = this.#done % minibatches;
    const edge = (part: number) => Math.floor((part * this.#whole.steps) / minibatches);
    const rows = this.#order.slice(edge(index), edge(index + 1)).sort();
    return pickBatch(this.#whole, this.#recorded, rows);
  }

  /** Counts the part as done; an epoch's end shuffles anew. */
  advance(): void {
    this.#done++;
    if (!this.isDone && this.#done % this.#passes.minibatches === 0) {
      this.#order = shuffled(this.#whole.steps, this.#generator);
    }
  }
}

/** 0 … count − 1 in random order (Fisher & Yates). */
function shuffled(count: number, generator: Generator): Float64Array {
  const order = new Float64Array(count);
  for (let row = 0; row < count; row++) order[row] = row;
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(generator.uniform() * (last + 1));
    const moved = order[last]!;
    order[last] = order[other]!;
    order[other] = moved;
  }
  return order;
}

/** The given rows of a batch, as a batch of single steps. */
function pickBatch(whole: Batch, recorded: RecordedColumns, rows: Float64Array): Batch {
  const width = whole.steps === 0 ? 1 : whole.actions.length / whole.steps;
  return {
    steps: rows.length,
    observationSize: whole.observationSize,
    actionCount: whole.actionCount,
    observations: pickRows(whole.observations, rows, whole.observationSize),
    actions: pickRows(whole.actions, rows, width),
    rewards: pickRows(whole.rewards, rows, 1),
    time: pickRows(whole.time, rows, 1),
    terminated: pickBytes(whole.terminated, rows, 1),
    truncated: pickBytes(whole.truncated, rows, 1),
    episodes: pickRows(whole.episodes, rows, 1),
    rows,
    ...(whole.masks && { masks: pickBytes(whole.masks, rows, whole.masks.length / whole.steps) }),
    recorded: Object.fromEntries(
      Object.entries(recorded).map(([name, column]) => [name, pickRows(column, rows, 1)]),
    ),
  };
}

function pickBytes(matrix: Uint8Array, rows: Float64Array, width: number): Uint8Array {
  const picked = new Uint8Array(rows.length * width);
  for (let to = 0; to < rows.length; to++) {
    picked.set(matrix.subarray(rows[to]! * width, (rows[to]! + 1) * width), to * width);
  }
  return picked;
}

function pickRows(matrix: Float64Array, rows: Float64Array, width: number): Float64Array {
  const picked = new Float64Array(rows.length * width);
  for (let to = 0; to < rows.length; to++) {
    const from = rows[to]! * width;
    for (let i = 0; i < width; i++) picked[to * width + i] = matrix[from + i]!;
  }
  return picked;
}
