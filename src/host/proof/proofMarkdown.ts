import type { CounterExampleView, ProofView } from "../../protocol/proofViews.ts";

const words = { passed: "agree", failed: "**differ**", undecided: "undecided" } as const;

/** A proof as a Markdown page: the verdict, every pair of ways, the counter-example as data, and the small print. */
export function proofMarkdown(proof: ProofView, loss: string): string {
  const { checks, kinks, detached, notCovered, on, seed, milliseconds } = proof;
  const rows = checks.map(
    ({ title, status, worst, tolerance, where, compared, detail }) =>
      `| ${plain(title)} | ${words[status]} | ${worst.toExponential(1)} | ${tolerance.toExponential(0)} | ${where} | ${compared} | ${plain(detail)} |`,
  );
  const notes = [...kinks, ...(detached === null ? [] : [detached])];
  return [
    `# ${plain(proof.sentence)}`,
    fence("python", loss.trimEnd()),
    `On ${on}. L = ${proof.loss}, ‖∂L/∂θ‖ = ${proof.gradientNorm}. Seed ${seed}, ${Math.round(milliseconds)} ms.`,
    [
      "| two ways | | worst relative error | tolerance | at | compared | |",
      "| --- | --- | --: | --: | --- | --: | --- |",
      ...rows,
    ].join("\n"),
    counterExampleMarkdown(proof.counterExample),
    section("Kinks and detach", notes),
    section("What this does not cover", notCovered),
  ]
    .filter((part) => part !== "")
    .join("\n\n")
    .concat("\n");
}

function counterExampleMarkdown(example: CounterExampleView | null): string {
  if (example === null) return "";
  const { sentence, numbers, scalars, data, steps } = example;
  const lines = Object.entries(numbers).map(([name, values]) => `- ${name}: ${values.join(", ")}`);
  return [
    `## Smallest counter-example found (${steps} step${steps === 1 ? "" : "s"})`,
    `${plain(sentence)}.`,
    ...(lines.length > 0 ? [lines.join("\n")] : []),
    "`pgi loss --data FILE` reads this:",
    fence("json", JSON.stringify({ scalars, data }, null, 1)),
  ].join("\n\n");
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `## ${title}\n\n${lines.map((line) => `- ${plain(line)}`).join("\n")}`;
}

/** Words with parts of a loss in them, so that Markdown takes none of it for its own. */
function plain(text: string): string {
  return text.replace(/[\\`*_[\]<>|#]/g, (sign) => `\\${sign}`);
}

/** A fence that is longer than any in the text, so that the text cannot end it. */
function fence(language: string, text: string): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([ticks]) => ticks.length));
  const ticks = "`".repeat(longest + 1);
  return `${ticks}${language}\n${text}\n${ticks}`;
}
