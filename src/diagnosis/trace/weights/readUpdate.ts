import type { UpdateEvidence } from "../evidence.ts";
import type { Observed } from "./fit.ts";

/** An update with the weights that were read from it. */
export interface ReadUpdate {
  readonly update: UpdateEvidence;
  readonly observed: Observed;
}
