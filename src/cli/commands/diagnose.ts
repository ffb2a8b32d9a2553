import { diagnoseFile } from "../../engine/diagnosis/diagnoseFile.ts";
import { diagnosisMarkdown } from "../../engine/diagnosis/diagnosisMarkdown.ts";
import type { CommandRecord } from "../command.ts";
import { diagnosisJson, diagnosisText } from "../diagnosisReport.ts";

export const diagnoseCommand: CommandRecord = {
  name: "diagnose",
  usage: "FILE.pgtrace [--json | --markdown]",
  summary: "say what the updates in a trace of your own code really are",
  details: `
Reads a trace (JSON Lines, as python/pgtrace.py writes it) and names the rule its updates follow and every mistake they
show, with the numbers. Exit 1 if there is an error; variants are information.`,
  positionals: [1, 1],
  options: {
    json: { help: "JSON Lines: one finding a line, a last one with summary" },
    markdown: { help: "a report with the numbers, for an issue or a notebook" },
  },
  async run(parsed, console) {
    const { trace, diagnosis } = diagnoseFile(parsed.positionals[0] as string);
    const print = parsed.flag("json")
      ? diagnosisJson
      : parsed.flag("markdown")
        ? diagnosisMarkdown
        : diagnosisText;
    console.out(print(trace, diagnosis));
    return diagnosis.findings.some(({ severity }) => severity === "error") ? 1 : 0;
  },
};
