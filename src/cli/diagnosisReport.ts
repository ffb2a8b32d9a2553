import type { Diagnosis } from "../diagnosis/trace/diagnoseTrace.ts";
import type { Finding } from "../diagnosis/trace/finding.ts";
import { placeWords } from "../engine/diagnosis/diagnosisMarkdown.ts";
import type { Trace } from "../runs/trace/trace.ts";
import { counted, jsonLine } from "./output.ts";
import { wrapText } from "./wrapText.ts";

/** One finding a line, and last the summary. */
export function diagnosisJson(_trace: Trace, diagnosis: Diagnosis): string {
  const lines = diagnosis.findings.map(({ id, severity, steps, evidence, message, ...rest }) =>
    jsonLine({ id, severity, steps, evidence, message, ...rest }),
  );
  const errors = diagnosis.findings.filter(({ severity }) => severity === "error").length;
  return [
    ...lines,
    jsonLine({
      summary: true,
      findings: diagnosis.findings.length,
      errors,
      undecided: diagnosis.undecided,
      verdict: diagnosis.verdict,
      updates: diagnosis.updates,
      steps: diagnosis.steps,
    }),
  ].join("");
}

const marks = { error: "✗", warning: "!", info: "i" } as const;
const width = 100;

/** The diagnosis for a terminal. */
export function diagnosisText(trace: Trace, diagnosis: Diagnosis): string {
  const head = `${trace.path}: ${counted(diagnosis.updates, "update")} on ${counted(trace.steps.count, "step")}\n${wrapText(diagnosis.verdict, width, "")}\n`;
  const notes = trace.notes.map((note) => `note: ${note}\n`).join("");
  const body =
    diagnosis.findings.length === 0 ? "\n✓ nothing found\n" : diagnosis.findings.map(findingText).join("");
  const rows = diagnosis.undecided.map(({ id, reason }) => wrapText(`· ${id}: ${reason}`, width, "    "));
  const undecided =
    rows.length === 0 ? "" : `\nNot decided by this trace:\n${rows.map((row) => `  ${row}\n`).join("")}`;
  return `${head}${notes}${body}${undecided}`;
}

function findingText(finding: Finding): string {
  const { id, severity, title, message, why, fix, reference } = finding;
  const lines = [
    `${marks[severity]} ${id}: ${title}`,
    `    ${wrapText(message, width - 4, "    ")}`,
    `    on ${placeWords(finding)}`,
    `    why  ${wrapText(why, width - 9, "         ")}`,
    `    fix  ${fix}`,
    `    see  ${reference}`,
  ];
  return `\n${lines.join("\n")}\n`;
}
