import type { Diagnosis } from "../../diagnosis/trace/diagnoseTrace.ts";
import type { Finding } from "../../diagnosis/trace/finding.ts";
import type { Trace } from "../../runs/trace/trace.ts";
import { counted, formatNumber } from "../figures.ts";

/** "steps 0, 1, 2, … of episode 1 (167 in all), updates 1–7, train.py:93". */
export function placeWords(
  { steps, stepCount, updates, source }: Finding,
  name: (file: string) => string = (file) => file,
): string {
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
  if (source) parts.push(name(`${source.file}:${source.line}`));
  return parts.join(", ");
}

/** The diagnosis as Markdown, with the numbers. */
export function diagnosisMarkdown(trace: Trace, diagnosis: Diagnosis): string {
  const findings = diagnosis.findings.map(findingMarkdown).join("\n");
  const undecided = diagnosis.undecided.map(({ id, reason }) => `- \`${id}\`: ${reason}`).join("\n");
  return `# What the updates in ${codeSpan(trace.path.split(/[\\/]/).at(-1)!)} are

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

${finding.message}, on ${placeWords(finding, codeSpan)}.

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

/** A foreign text as code, so that Markdown takes nothing of it for its own. */
function codeSpan(text: string): string {
  const longest = Math.max(0, ...Array.from(text.matchAll(/`+/g), ([ticks]) => ticks.length));
  const ticks = "`".repeat(longest + 1);
  const space = longest > 0 ? " " : "";
  return `${ticks}${space}${text.replaceAll(/\s+/g, " ")}${space}${ticks}`;
}
