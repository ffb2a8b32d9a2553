import { statSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "../../engine/userError.ts";
import { runsFolder } from "../../runs/folder.ts";
import { listRuns } from "../../runs/list.ts";
import type { CommandRecord } from "../command.ts";
import { jsonLine, textTable } from "../output.ts";

export const runsCommand: CommandRecord = {
  name: "runs",
  usage: "[FOLDER] [--json]",
  summary: "list the runs of a folder",
  details: "FOLDER is the folder of the run files (default: .policy-gradient/runs of the working folder).",
  positionals: [0, 1],
  options: { json: { help: "JSON Lines, one object a run" } },
  async run(parsed, console) {
    const given = parsed.positionals[0];
    if (given !== undefined) checkFolder(given);
    const folder = resolve(given ?? runsFolder(process.cwd()));
    const runs = listRuns(folder);
    if (parsed.flag("json")) {
      for (const run of runs) console.out(jsonLine(run));
      return 0;
    }
    if (runs.length === 0) {
      console.out(`No runs in ${folder}. "pgi train" makes one.\n`);
      return 0;
    }
    const header = ["run", "updates", "kB", "state", "title"];
    const rows = runs.map((run) =>
      run.error === undefined
        ? [
            run.name,
            String(run.updates),
            String(Math.ceil(run.bytes / 1024)),
            run.beingWritten ? "writing" : "",
            run.title,
          ]
        : [run.name, "", String(Math.ceil(run.bytes / 1024)), "broken", run.error],
    );
    console.out(textTable([header, ...rows], new Set([0, 3, 4])));
    return 0;
  },
};

function checkFolder(given: string): void {
  const found = statSync(given, { throwIfNoEntry: false });
  if (!found) throw new UserError("missing_file", `There is no folder ${given}.`);
  if (!found.isDirectory())
    throw new UserError(
      "usage",
      `${given} is a file.`,
      "Give the folder of the runs, or open one with pgi show.",
    );
}
