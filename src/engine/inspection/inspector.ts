import { KernelsBackend } from "../../policies/kernels.ts";
import type { Heads, ParameterView } from "../../policies/policy.ts";
import { followingRows, withoutFollowing } from "../../policies/valueHead.ts";
import type { Batch } from "../../rl/batch.ts";
import { seenObservations } from "../../rl/seenObservations.ts";
import { addCarried } from "../carriedTraces.ts";
import type { FrozenUpdate } from "../frozenUpdate.ts";
import { type BatchEvaluation, type ReadLoss, readLossText } from "../lossOnBatch.ts";
import { BatchInspector } from "./batchInspector.ts";
import type { Followed } from "./inspectedLoss.ts";

export type { InspectedLoss, Inspection } from "./inspectedLoss.ts";

/**
 * An update of a run opened: its heads are computed once, then any number of losses are held against the same batch.
 * Numbers of the trainer's own loss are bit for bit the trainer's.
 */
export class Inspector extends BatchInspector {
  readonly frozen: FrozenUpdate;
  readonly heads: Heads;
  readonly backend: KernelsBackend;

  constructor(frozen: FrozenUpdate) {
    super();
    this.frozen = frozen;
    this.backend = new KernelsBackend(frozen.specification);
    this.backend.setTheta(frozen.theta);
    const { actions, steps } = frozen.batch;
    const heads = this.backend.forward(seenObservations(frozen.batch), actions, steps, frozen.batch);
    this.heads = frozen.batch.rows === undefined ? heads : withoutFollowing(heads);
  }

  get parameters(): readonly ParameterView[] {
    return this.backend.parameters;
  }

  protected readText(text: string): ReadLoss {
    const { specification, batch } = this.frozen;
    return readLossText(text, specification, batch.rows !== undefined);
  }

  protected follow({ gradient: { outputs, rows }, heads }: BatchEvaluation): Followed {
    const { batch } = this.frozen;
    const computed = this.backend.backward(outputs, rows);
    addCarried(batch.carried, heads, (trace, weight) => this.backend.addToGradient(trace, weight));
    const gradient = {
      gradient: computed.gradient.slice(),
      stepNorms: computed.stepNorms.slice(0, batch.steps),
    };
    return { gradient, projections: projectionsOfSteps(this.backend.project(rows), batch) };
  }
}

/** g_t·g [T], where a cut step answers for its final observation too. */
function projectionsOfSteps(projections: Float64Array, batch: Batch): Float64Array {
  const { steps } = batch;
  const own = projections.slice(0, steps);
  if (projections.length <= steps) return own;
  for (const [t, row] of followingRows(batch, steps).entries()) {
    if (row >= steps) own[t]! += projections[row]!;
  }
  return own;
}
