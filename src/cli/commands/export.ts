import { extname, resolve } from "node:path";
import { exportUpdate } from "../../engine/exportUpdate.ts";
import { UserError } from "../../engine/userError.ts";
import type { ExportFormat } from "../../protocol/engine.ts";
import type { CommandRecord } from "../command.ts";
import { openUpdate } from "../openUpdate.ts";

/** How a format's file ends. */
const endings: Readonly<Record<ExportFormat, string>> = {
  csv: "csv",
  pgtrace: "pgtrace",
  pytorch: "pytorch.py",
  numpy: "numpy.py",
};

export const exportCommand: CommandRecord = {
  name: "export",
  usage: "FILE.pgrun --to csv|pgtrace|pytorch|numpy [--update K] [--out FILE]",
  summary: "an update as CSV (the whole step table), as a trace, or as a Python script that makes it again",
  details: `
The scripts need PyTorch or NumPy alone: policy, batch and loss are in them; they compute loss and gradient and print
them beside the recorded numbers.`,
  positionals: [1, 1],
  options: {
    to: { value: "FORMAT", help: "csv, pgtrace, pytorch or numpy" },
    update: { value: "K", help: "the update's number, from 1 (default: the last)" },
    out: { value: "FILE", help: "default: beside the run, named after it and the update" },
    force: { help: "replace an existing file" },
  },
  async run(parsed, console) {
    const to = formatOf(parsed.text("to"));
    const path = parsed.positionals[0] as string;
    const { run, inspector } = await openUpdate(path, parsed.integer("update", 1));
    try {
      const stem = path.slice(0, path.length - extname(path).length);
      const out = parsed.text("out") ?? `${stem}.update${inspector.frozen.update}.${endings[to]}`;
      if (resolve(out) === resolve(path))
        throw new UserError("usage", "--out names the run itself.", "Choose another file for the export.");
      const opened = { run, inspector, names: run.names };
      const { rows } = exportUpdate(opened, to, out, parsed.flag("force"));
      console.out(`${out}: ${rows} steps of update ${inspector.frozen.update}\n`);
      return 0;
    } finally {
      await run.close();
    }
  },
};

function formatOf(text: string | undefined): ExportFormat {
  if (text !== undefined && Object.hasOwn(endings, text)) return text as ExportFormat;
  const formats = Object.keys(endings).map((format) => `--to ${format}`);
  throw new UserError("usage", `export needs ${formats.slice(0, -1).join(", ")} or ${formats.at(-1)}.`);
}
