import { extname, resolve } from "node:path";
import { exportRun } from "../../engine/exports/exportRun.ts";
import { exportWholeTrace, openTraceUpdate } from "../../engine/exports/exportTraceUpdate.ts";
import { exportUpdate } from "../../engine/exports/exportUpdate.ts";
import { OpenRun } from "../../engine/openRun.ts";
import { UserError } from "../../engine/userError.ts";
import type { ExportFormat } from "../../protocol/engine.ts";
import type { CommandRecord, Parsed } from "../command.ts";
import { CountLine } from "../countLine.ts";
import { openUpdate } from "../openUpdate.ts";
import { type Console, counted } from "../output.ts";
import { untilInterrupted } from "../untilInterrupted.ts";

/** How a format's file ends. */
const endings: Readonly<Record<ExportFormat, string>> = {
  csv: "csv",
  pgtrace: "pgtrace",
  pytorch: "pytorch.py",
  numpy: "numpy.py",
};

export const exportCommand: CommandRecord = {
  name: "export",
  usage: "FILE --to csv|pgtrace|pytorch|numpy [--update K | --all | --updates A-B] [--out FILE]",
  summary: "updates as CSV (the step table), as a trace, or as a Python script that makes one again",
  details: `
The scripts need PyTorch or NumPy alone: policy, batch and loss are in them; they compute loss and gradient and print
them beside the recorded numbers. Of a whole run there is one CSV table or one trace; what was not kept is replayed.
FILE is a run, or a trace (*.pgtrace, *.jsonl) of your own code: its script follows the rule that the weights were found
to follow, and says what the trace does not hold.`,
  positionals: [1, 1],
  options: {
    to: { value: "FORMAT", help: "csv, pgtrace, pytorch or numpy" },
    update: { value: "K", help: "the update's number, from 1 (default: the last)" },
    all: { help: "all updates of the run in one file (csv or pgtrace)" },
    updates: { value: "A-B", help: "those from A to B" },
    every: { value: "K", help: "of these each K-th" },
    out: { value: "FILE", help: "default: beside the file, named after it and the update" },
    force: { help: "replace an existing file" },
  },
  async run(parsed, console) {
    const path = parsed.positionals[0] as string;
    const out = parsed.text("out");
    if (out !== undefined && resolve(out) === resolve(path))
      throw new UserError(
        "usage",
        "--out names the exported file itself.",
        "Choose another file for the export.",
      );
    const to = formatOf(parsed.text("to"));
    if (isTrace(path)) return exportFromTrace(path, to, parsed, console);
    return isOfMany(parsed) ? exportMany(path, to, parsed, console) : exportOne(path, to, parsed, console);
  },
};

function isOfMany(parsed: Parsed): boolean {
  const isMany = parsed.flag("all") || parsed.given("updates") || parsed.given("every");
  if (isMany && parsed.given("update")) {
    throw new UserError("usage", "--update is one update; --all, --updates and --every are of many.");
  }
  return isMany;
}

function isTrace(path: string): boolean {
  return /\.(pgtrace|jsonl)$/.test(path);
}

function exportFromTrace(path: string, to: ExportFormat, parsed: Parsed, console: Console): 0 {
  if (isOfMany(parsed)) return exportWhole(path, to, parsed, console);
  const opened = openTraceUpdate(path, parsed.integer("update", 0));
  const out = parsed.text("out") ?? `${stemOf(path)}.update${opened.update}.${endings[to]}`;
  opened.write(to, out, parsed.flag("force"));
  console.out(`${out}: ${counted(opened.rows, "step")} of update ${opened.update}\n`);
  return 0;
}

function exportWhole(path: string, to: ExportFormat, parsed: Parsed, console: Console): 0 {
  if (to !== "csv" || parsed.given("updates") || parsed.given("every")) {
    throw new UserError(
      "usage",
      "Of a trace all updates are exported as one table, --all --to csv.",
      "Name one with --update K for another format.",
    );
  }
  const out = parsed.text("out") ?? `${stemOf(path)}.csv`;
  const { updates, rows } = exportWholeTrace(path, out, parsed.flag("force"));
  console.out(`${out}: ${counted(rows, "step")} of ${counted(updates, "update")}\n`);
  return 0;
}

async function exportOne(path: string, to: ExportFormat, parsed: Parsed, console: Console): Promise<0> {
  const { run, inspector } = await openUpdate(path, parsed.integer("update", 1));
  try {
    const { update } = inspector.frozen;
    const out = parsed.text("out") ?? `${stemOf(path)}.update${update}.${endings[to]}`;
    const opened = { run, inspector, names: run.names };
    const { rows } = await exportUpdate(opened, to, out, parsed.flag("force"));
    console.out(`${out}: ${counted(rows, "step")} of update ${update}\n`);
    return 0;
  } finally {
    await run.close();
  }
}

async function exportMany(path: string, to: ExportFormat, parsed: Parsed, console: Console): Promise<0> {
  if (to !== "csv" && to !== "pgtrace") {
    throw new UserError("usage", `A ${to} script makes one update again.`, "Name it with --update K.");
  }
  const range = rangeOf(parsed.text("updates"));
  const every = parsed.integer("every", 1);
  const run = new OpenRun("run", path);
  const line = new CountLine(console, "updates");
  try {
    const out = parsed.text("out") ?? `${stemOf(path)}.${endings[to]}`;
    const report = (done: number, all: number) => line.draw(done, all);
    const done = await untilInterrupted((signal) =>
      exportRun(run, { to, every, ...range }, out, { force: parsed.flag("force"), signal, report }),
    );
    line.clear();
    const left = done.left === 0 ? "" : `; ${counted(done.left, "update")} could not be opened again`;
    console.out(`${out}: ${counted(done.rows, "step")} of ${counted(done.updates, "update")}${left}\n`);
    return 0;
  } finally {
    line.clear();
    await run.close();
  }
}

function stemOf(path: string): string {
  return path.slice(0, path.length - extname(path).length);
}

/** "3-8", "3-" and "-8"; 3 alone is that update. */
function rangeOf(text: string | undefined): { from?: number | undefined; until?: number | undefined } {
  if (text === undefined) return {};
  const [, from = "", dash = "", until = ""] = /^(\d*)(-?)(\d*)$/.exec(text) ?? [];
  if (from === "" && until === "") {
    throw new UserError("usage", `--updates takes A-B, two update numbers, not "${text}".`);
  }
  const number = (digits: string) => (digits === "" ? undefined : Number(digits));
  return { from: number(from), until: dash === "" ? number(from) : number(until) };
}

function formatOf(text: string | undefined): ExportFormat {
  if (text !== undefined && Object.hasOwn(endings, text)) return text as ExportFormat;
  const formats = Object.keys(endings).map((format) => `--to ${format}`);
  throw new UserError("usage", `export needs ${formats.slice(0, -1).join(", ")} or ${formats.at(-1)}.`);
}
