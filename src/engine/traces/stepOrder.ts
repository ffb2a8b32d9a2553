import type { Trajectories, UpdateEvidence } from "../../diagnosis/trace/evidence.ts";
import type { Column } from "../../runs/trace/columns.ts";

/**
 * The steps of an update in the order of a batch: whole trajectories one after the other, or, of a minibatch, as it
 * names them.
 */
export interface StepOrder {
  readonly steps: number;
  /** Whether the steps are a part of their trajectories, so that they do not follow each other. */
  readonly isPart: boolean;
  readonly context: Trajectories;
  /** [T], place of each step in the trajectories. */
  readonly places: Int32Array;
  /** [T], place of each step in the vectors that the update recorded. */
  readonly vectorPlaces: Int32Array;
}

export function stepOrder({ context, places, steps }: UpdateEvidence): StepOrder {
  const own = Int32Array.from(places, (_, index) => index);
  if (steps !== context.steps || new Set(places).size < steps) {
    return { steps, isPart: true, context, places, vectorPlaces: own };
  }
  const vectorPlaces = new Int32Array(steps);
  places.forEach((place, index) => {
    vectorPlaces[place] = index;
  });
  return { steps, isPart: false, context, places: own, vectorPlaces };
}

/** A recorded vector [T × width] in the order of the steps. */
export function inOrder<Values extends Float64Array | undefined>(values: Values, order: StepOrder): Values {
  if (values === undefined) return values;
  const width = values.length / order.steps;
  const ordered = new Float64Array(values.length);
  order.vectorPlaces.forEach((place, t) => {
    for (let k = 0; k < width; k++) ordered[t * width + k] = values[place * width + k]!;
  });
  return ordered as Values;
}

/** A column of the trajectories at the steps, [T]. */
export function atPlaces<Values extends Float64Array | Uint8Array>(
  values: Values,
  { places }: StepOrder,
): Values {
  const picked = values.slice(0, places.length);
  places.forEach((place, t) => {
    picked[t] = values[place]!;
  });
  return picked as Values;
}

/** A column of the trace at the steps, [T × width]; NaN where a step does not give it. */
export function ofTrace(column: Column, { context, places }: StepOrder): Float64Array {
  const { width } = column;
  const values = new Float64Array(places.length * width);
  places.forEach((place, t) => {
    for (let k = 0; k < width; k++) values[t * width + k] = column.at(context.rows[place]!, k);
  });
  return values;
}
