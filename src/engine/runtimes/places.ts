import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import type { RuntimePlaces } from "./runtime.ts";

const product = "policy-gradient-inspector";

/** Environment variables by which the editor, a script or a person says where runtimes are. */
export const placeVariables = { runtimes: "PGI_RUNTIMES", libraries: "PGI_TENSORFLOW" } as const;

/**
 * The places that a process looks for runtimes in: the folder that PGI_RUNTIMES names, then the person's own data folder;
 * and the TensorFlow libraries that PGI_TENSORFLOW names. Relative paths are not taken: they would name what lies in
 * whatever folder happens to be open.
 */
export function runtimePlaces(environment: NodeJS.ProcessEnv, platform = process.platform): RuntimePlaces {
  const named = absolute(environment[placeVariables.runtimes]);
  const own = join(dataFolder(environment, platform), product, "runtimes");
  return {
    folders: named === undefined || named === own ? [own] : [named, own],
    libraryFolder: absolute(environment[placeVariables.libraries]),
  };
}

function dataFolder(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (platform === "win32") {
    return absolute(environment.LOCALAPPDATA) ?? join(homedir(), "AppData", "Local");
  }
  if (platform === "darwin") return join(homedir(), "Library", "Application Support");
  return absolute(environment.XDG_DATA_HOME) ?? join(homedir(), ".local", "share");
}

function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}
