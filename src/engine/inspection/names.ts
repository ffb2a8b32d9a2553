import type { EnvironmentRecord } from "../../environments/environment.ts";

/** What actions and observations are called. */
export interface Names {
  readonly actionNames: readonly string[];
  readonly observationNames: readonly string[];
}

export function namesOf(environment: EnvironmentRecord): Names {
  const { actionSpace, observationSpace } = environment.create();
  return { actionNames: actionSpace.names, observationNames: observationSpace.names };
}
