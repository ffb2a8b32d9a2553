import { KernelsBackend } from "../../policies/kernels.ts";
import { optimiserSpecification } from "../../policies/optimiser.ts";
import type { ParityRow, ParityView } from "../../protocol/views.ts";
import { seenObservations } from "../../rl/seenObservations.ts";
import type { Backends } from "../backends/backends.ts";
import type { DeviceBackend } from "../backends/deviceBackend.ts";
import { isDevice } from "../backends/names.ts";
import { relativeDifference } from "../backends/relativeDifference.ts";
import type { FrozenUpdate } from "../frozenUpdate.ts";
import { UserError } from "../userError.ts";
import type { InspectedLoss, Inspector } from "./inspector.ts";

/** An update's own loss on every backend here, held against kernels; one that cannot be used is told of. */
export async function parityOf(inspector: Inspector, backends: Backends): Promise<ParityView> {
  const { trainer, frozen } = inspector;
  const rows: ParityRow[] = [];
  const trouble = kernelsOnly(frozen);
  const present = trouble.length > 0 ? [] : await backends.present();
  for (const { name } of present) {
    try {
      if (isDevice(name)) rows.push(await rowOf(await backends.open(name), inspector, trainer));
    } catch (error) {
      trouble.push(
        error instanceof UserError ? error.line : `The backend ${name} failed: ${(error as Error).message}`,
      );
    }
  }
  return { update: frozen.update, kernels: kernelsMilliseconds(inspector, trainer), rows, trouble };
}

/** What of an update no device computes, as a sentence. */
function kernelsOnly({ specification, batch }: FrozenUpdate): string[] {
  if (specification.dropout !== undefined) return ["Dropout is computed on kernels alone."];
  return batch.carried ? ["Eligibility traces are computed on kernels alone."] : [];
}

async function rowOf(
  backend: DeviceBackend,
  { frozen }: Inspector,
  { evaluation, gradient, projections }: InspectedLoss,
): Promise<ParityRow> {
  const policy = backend.createPolicy(frozen.specification);
  const { outputs, rows } = evaluation.gradient;
  const steps = frozen.batch.steps;
  try {
    policy.setTheta(frozen.theta);
    const observations = seenObservations(frozen.batch);
    const once = async () => {
      policy.forward(observations, rows);
      policy.backward(outputs);
      return await policy.gradient();
    };
    await once();
    const started = performance.now();
    const computed = await once();
    const milliseconds = performance.now() - started;
    const projected = await policy.project();
    policy.step(optimiserSpecification("sgd", 0), 1, undefined);
    const { stepNorms } = await policy.figures();
    return {
      backend: backend.name,
      device: backend.device,
      precision: backend.precision,
      gradient: relativeDifference(computed, gradient.gradient),
      stepNorms: relativeDifference(stepNorms.subarray(0, steps), gradient.stepNorms.subarray(0, steps)),
      projections: relativeDifference(projected.subarray(0, steps), projections.subarray(0, steps)),
      milliseconds,
    };
  } finally {
    policy.dispose();
  }
}

function kernelsMilliseconds({ frozen }: Inspector, { evaluation }: InspectedLoss): number {
  const policy = new KernelsBackend(frozen.specification);
  policy.setTheta(frozen.theta);
  const { batch } = frozen;
  const started = performance.now();
  policy.forward(
    batch.observations,
    batch.actions,
    batch.steps,
    batch.rows === undefined ? batch : undefined,
  );
  policy.backward(evaluation.gradient.outputs, evaluation.gradient.rows);
  return performance.now() - started;
}
