import path from "node:path";

/** By these variables the engine learns where its runtimes are: see engine/runtimes/places.ts. */
export function runtimeEnvironment(storage: string, libraryFolder: string): Record<string, string> {
  return {
    PGI_RUNTIMES: process.env.PGI_RUNTIMES ?? path.join(storage, "runtimes"),
    ...(libraryFolder !== "" && { PGI_TENSORFLOW: libraryFolder }),
  };
}
