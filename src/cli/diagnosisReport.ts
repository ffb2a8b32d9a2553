import type { Diagnosis } from "../diagnosis/trace/diagnoseTrace.ts";
import type { Finding } from "../diagnosis/trace/finding.ts";
import type { Trace } from "../runs/trace/trace.ts";
import { counted, formatNumber, jsonLine } from "./output.ts";
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

/** "steps 0, 1, 2, … of episode 1 (167 in all), updates 1–7, train.py:93". */
function placeWords({ steps, stepCount, updates, source }: Finding): string {
  const [first] = steps;
  const parts: string[] = [];
  if (first) {
    const own = steps.filter(({ episode }) => episode === first.episode).slice(0, 5);
    const more = stepCount > own.length ? ", …" : "";
    parts.push(
      `steps ${own.map(({ t }) => t).join(", ")}${more} of episode ${first.episode} (${stepCount} in all)`,
    );
  }
  if (updates.length > 0) {
    const last = updates.at(-1)!;
    parts.push(
      updates.length === 1 ? `update ${last}` : `${updates.length} updates from ${updates[0]} to ${last}`,
    );
  }
  if (source) parts.push(`${source.file}:${source.line}`);
  return parts.join(", ");
}

/** The diagnosis as Markdown, with the numbers. */
export function diagnosisMarkdown(trace: Trace, diagnosis: Diagnosis): string {
  const findings = diagnosis.findings.map(findingMarkdown).join("\n");
  const undecided = diagnosis.undecided.map(({ id, reason }) => `- \`${id}\`: ${reason}`).join("\n");
  return `# What the updates in ${trace.path.split(/[\\/]/).at(-1)} are

${counted(diagnosis.updates, "update")} on ${counted(trace.steps.count, "step")}. ${diagnosis.verdict}.

## Findings

${findings === "" ? "None." : findings}

## Not decided by this trace

${undecided === "" ? "Nothing." : undecided}
`;
}

function findingMarkdown(finding: Finding): string {
  const rows = Object.entries(finding.evidence)
    .map(([name, value]) => `| ${name} | ${typeof value === "number" ? formatNumber(value) : value} |`)
    .join("\n");
  return `### ${finding.severity}: \`${finding.id}\`, ${finding.title}

${finding.message}, on ${placeWords(finding)}.

| evidence | |
| --- | --- |
${rows}

${finding.why}

\`\`\`python
${finding.fix}
\`\`\`

Reference: ${finding.reference}.
`;
}
