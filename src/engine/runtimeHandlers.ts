import { tmpdir } from "node:os";
import type { Handlers } from "../protocol/channel.ts";
import type { EngineMethods, InstallProgressView } from "../protocol/engine.ts";
import type { Backends } from "./backends/backends.ts";
import { examine } from "./doctor/examine.ts";
import type { Emit } from "./emit.ts";
import { installedLine, installRuntime } from "./runtimes/installRuntime.ts";

export type RuntimeMethods = Pick<EngineMethods, "backends" | "doctor" | "installRuntime">;

/** At most so many events a second, and always one for a new step. */
const everyMilliseconds = 100;

/** What is here to compute with, looking at it closely, and bringing what is missing. */
export function runtimeHandlers(backends: Backends, emit: Emit): Handlers<RuntimeMethods> {
  return {
    backends: () => backends.views(),
    doctor: ({ pythons, editor }) =>
      examine({
        runtimes: backends.places,
        environment: process.env,
        pythons,
        editor,
        folder: tmpdir(),
      }),
    installRuntime: async ({ name, pythons, libraryFolder }, { signal }) => {
      const { places } = backends;
      const named = libraryFolder === undefined ? places : { ...places, libraryFolder };
      const report = sparingly((progress) => emit("installing", { name, ...progress }));
      const work = { signal, environment: process.env, pythons, report };
      return { line: installedLine(await installRuntime(name, named, work)) };
    },
  };
}

type Progress = Omit<InstallProgressView, "name">;

function sparingly(report: (progress: Progress) => void): (progress: Progress) => void {
  let last = { step: "", at: 0 };
  return (progress) => {
    const at = performance.now();
    if (progress.step === last.step && at - last.at < everyMilliseconds) return;
    last = { step: progress.step, at };
    report(progress);
  };
}
