import type { EnvironmentRecord } from "../../environments/environment.ts";
import type { BatchInspector } from "./batchInspector.ts";
import type { Names } from "./names.ts";

/** An update that is open, of a run or of a trace, with what its numbers are called. */
export interface OpenedUpdate<Inspected extends BatchInspector = BatchInspector> {
  readonly inspector: Inspected;
  readonly names: Names;
  /** Absent where the batch is of an environment that is not known here. */
  readonly environment: EnvironmentRecord | undefined;
  /** Where its numbers are from: "update 12, CartPole-v1, seed 1". */
  readonly where: string;
}
