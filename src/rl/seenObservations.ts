import type { Batch } from "./batch.ts";

/** The observations of every row that a policy sees: of the steps, then those at which a value head looks beyond a cut. */
export function seenObservations({ observations, finalObservations }: Batch): Float64Array {
  if (!finalObservations?.length) return observations;
  const seen = new Float64Array(observations.length + finalObservations.length);
  seen.set(observations);
  seen.set(finalObservations, observations.length);
  return seen;
}
