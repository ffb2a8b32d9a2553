import type { PolicySpecification } from "../../policies/policy.ts";
import { readTraces } from "../carriedTraces.ts";
import { compileLossText } from "../lossOnBatch.ts";
import { expectedSteps, policyOf } from "../runPolicy.ts";
import { isInParts, type ResolvedSettings } from "../settings.ts";
import type { Backends } from "./backends.ts";
import { type ChosenBackend, fastestBackend, kernelsChosen, pinnedBackend } from "./choose.ts";

/** The backend of a new run: the one that its settings name, or the fastest. Throws UserError where a named one cannot be used. */
export function backendFor(backends: Backends, resolved: ResolvedSettings): Promise<ChosenBackend> {
  const { backend } = resolved.settings;
  if (backend !== "auto") return pinnedBackend(backends, backend);
  const specification = policyOf(resolved);
  const only = kernelsOnly(resolved, specification);
  if (only) return Promise.resolve(kernelsChosen(`auto: the one that computes ${only}`));
  const shape = { specification, steps: expectedSteps(resolved), isActed: true };
  return fastestBackend(backends, shape);
}

/** What of a run no device computes. */
function kernelsOnly({ settings }: ResolvedSettings, specification: PolicySpecification): string | undefined {
  if (specification.dropout !== undefined) return "dropout";
  const loss = compileLossText(settings.loss, specification, isInParts(settings));
  return readTraces(loss, specification).length > 0 ? "eligibility traces" : undefined;
}
