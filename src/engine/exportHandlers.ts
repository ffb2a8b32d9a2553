import type { Handlers } from "../protocol/channel.ts";
import type { EngineMethods } from "../protocol/engine.ts";
import type { Emit } from "./emit.ts";
import { exportRun } from "./exports/exportRun.ts";
import { openTraceUpdate } from "./exports/exportTraceUpdate.ts";
import { exportUpdate } from "./exports/exportUpdate.ts";
import { OpenRun } from "./openRun.ts";
import type { RunBook } from "./runBook.ts";

export type ExportMethods = Pick<EngineMethods, "exportUpdate" | "exportRun" | "exportTraceUpdate">;

/** At most so many events a second of how far an export is. */
const everyMilliseconds = 100;

/** Updates of runs and of traces, written as something else. */
export function exportHandlers(runs: RunBook, emit: Emit): Handlers<ExportMethods> {
  return {
    exportUpdate: async ({ to, path, ...reference }) => exportUpdate(await runs.opened(reference), to, path),
    exportRun: async ({ file, path, ...asked }, { signal }) => {
      const run = new OpenRun("export", file, runs.backends);
      let told = 0;
      const report = (done: number, all: number) => {
        const now = performance.now();
        if (now - told < everyMilliseconds) return;
        told = now;
        emit("exporting", { path, done, all });
      };
      try {
        return await exportRun(run, asked, path, { signal, report, force: true });
      } finally {
        await run.close();
      }
    },
    exportTraceUpdate: ({ trace, update, to, path }) => {
      const opened = openTraceUpdate(trace, update);
      opened.write(to, path, true);
      return { path, update: opened.update, rows: opened.rows };
    },
  };
}
