import { extname, resolve } from "node:path";
import { exportUpdate } from "../../engine/exportUpdate.ts";
import { UserError } from "../../engine/userError.ts";
import type { CommandRecord } from "../command.ts";
import { openUpdate } from "../openUpdate.ts";

export const exportCommand: CommandRecord = {
  name: "export",
  usage: "FILE.pgrun --to csv|pgtrace [--update K] [--out FILE]",
  summary: "an update as CSV (the whole step table) or as a trace",
  positionals: [1, 1],
  options: {
    to: { value: "FORMAT", help: "csv or pgtrace" },
    update: { value: "K", help: "the update's number, from 1 (default: the last)" },
    out: { value: "FILE", help: "default: beside the run, named after it and the update" },
    force: { help: "replace an existing file" },
  },
  async run(parsed, console) {
    const to = parsed.text("to");
    if (to !== "csv" && to !== "pgtrace")
      throw new UserError("usage", "export needs --to csv or --to pgtrace.");
    const path = parsed.positionals[0] as string;
    const { run, inspector } = await openUpdate(path, parsed.integer("update", 1));
    try {
      const stem = path.slice(0, path.length - extname(path).length);
      const out = parsed.text("out") ?? `${stem}.update${inspector.frozen.update}.${to}`;
      if (resolve(out) === resolve(path))
        throw new UserError("usage", "--out names the run itself.", "Choose another file for the export.");
      const opened = { run, inspector, names: run.names, edited: undefined };
      const { rows } = exportUpdate(opened, to, out, parsed.flag("force"));
      console.out(`${out}: ${rows} steps of update ${inspector.frozen.update}\n`);
      return 0;
    } finally {
      await run.close();
    }
  },
};
