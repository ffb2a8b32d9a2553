import { expectedSteps, policyOf } from "../runPolicy.ts";
import type { ResolvedSettings } from "../settings.ts";
import type { Backends } from "./backends.ts";
import { type ChosenBackend, fastestBackend, pinnedBackend } from "./choose.ts";

/** The backend of a new run: the one that its settings name, or the fastest. Throws UserError where a named one cannot be used. */
export function backendFor(backends: Backends, resolved: ResolvedSettings): Promise<ChosenBackend> {
  const { backend } = resolved.settings;
  if (backend !== "auto") return pinnedBackend(backends, backend);
  const shape = { specification: policyOf(resolved), steps: expectedSteps(resolved), isActed: true };
  return fastestBackend(backends, shape);
}
