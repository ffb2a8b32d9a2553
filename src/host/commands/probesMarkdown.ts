import type { ProbesView, ProbeView } from "../../protocol/views.ts";

/** What the probes say of a loss, as a document: the verdict, then each probe with what was expected and seen. */
export function probesMarkdown({ loss, probes, milliseconds }: ProbesView): string {
  const failed = probes.filter(({ works }) => !works).length;
  const verdict =
    failed === 0 ? `All ${probes.length} probes work.` : `${failed} of ${probes.length} probes fail.`;
  const parts = [
    "# My loss on the probes",
    `${verdict} Tested in ${(milliseconds / 1000).toFixed(1)} s, with a linear policy that starts without any preference.`,
    fenced(loss),
    ...probes.map(section),
  ];
  return `${parts.join("\n\n")}\n`;
}

function section({ works, title, asks, environment, expected, seen, hint }: ProbeView): string {
  const lines = [
    `## ${works ? "✓" : "✗"} ${title}`,
    `Asks whether it ${asks} (\`${environment}\`).`,
    `- expected: ${expected}\n- seen: ${seen}`,
  ];
  return (hint === null ? lines : [...lines, `**${hint}**`]).join("\n\n");
}

/** A text as a code block that no backticks in it can end. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/gu)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}pgloss\n${text.trimEnd()}\n${fence}`;
}
