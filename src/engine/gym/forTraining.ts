import { type ResolvedSettings, resolveSettings, type SettingsRequest } from "../settings.ts";
import { UserError } from "../userError.ts";
import { GymEnvironments } from "./gymEnvironments.ts";
import { gymPrefix, isGym } from "./gymRecord.ts";
import { bridgeScript } from "./places.ts";

/** Which Python steps environments of Gymnasium, and in which folder. */
export interface PythonPlace {
  readonly program: string;
  /** Environments of one's own are imported from here. */
  readonly folder: string;
}

/**
 * Settings of a run that is to be trained. An environment of Gymnasium is opened in its Python, which the caller ends by
 * `remote.close`; without a place for one it is refused. Throws UserError.
 */
export async function resolveForTraining(
  request: SettingsRequest,
  python: PythonPlace | undefined,
): Promise<ResolvedSettings> {
  const { environment } = request;
  if (environment === undefined || !isGym(environment)) return resolveSettings(request);
  if (python === undefined) {
    throw new UserError(
      "no_python",
      `${environment} is stepped by a Python, and none may be started here.`,
      "Trust the workspace, or train in a terminal: pgi train --environment gym:ID --python PATH.",
    );
  }
  const { environments = 1 } = request;
  const remote = await GymEnvironments.open({
    id: environment.slice(gymPrefix.length),
    count: checkedCount(environments),
    python: python.program,
    folder: python.folder,
    script: bridgeScript(),
  });
  try {
    return { ...resolveSettings({ ...request, gym: remote.facts }), remote };
  } catch (error) {
    await remote.close();
    throw error;
  }
}

/** What `begin` gives; where it throws, the Python that was opened for the run is ended first. */
export async function endingPythonOnFailure<Begun>(
  { remote }: ResolvedSettings,
  begin: () => Promise<Begun>,
): Promise<Begun> {
  try {
    return await begin();
  } catch (error) {
    await remote?.close();
    throw error;
  }
}

const mostEnvironments = 1024;

function checkedCount(count: number): number {
  if (Number.isInteger(count) && count >= 1 && count <= mostEnvironments) return count;
  throw new UserError(
    "out_of_range",
    `A run has 1 to ${mostEnvironments} environments side by side, not ${count}.`,
  );
}
