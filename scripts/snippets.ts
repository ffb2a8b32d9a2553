import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AlgorithmRecord } from "../src/algorithms/algorithm.ts";
import { algorithms } from "../src/algorithms/registry.ts";
import { parseLoss } from "../src/loss/parse.ts";
import { namedNumbers } from "../src/loss/scalars.ts";
import { root } from "./lib/paths.mjs";

/** One entry of the editor's snippet file. */
export interface Snippet {
  readonly prefix: readonly string[];
  readonly description: string;
  readonly body: readonly string[];
}

/** Pieces of losses that are no algorithm of their own. */
const pieces: Readonly<Record<string, Snippet>> = {
  "Entropy bonus": {
    prefix: ["entropy"],
    description: "A bonus that keeps the policy from becoming certain too early",
    body: [`beta = \${1:0.01}`, "bonus = beta * entropy.sum()$0"],
  },
  "Update rule": {
    prefix: ["rule"],
    description: "An update rule, which can be turned into its loss",
    body: [`theta += alpha * \${1:gamma**t * G} * grad(log_pi)$0`],
  },
};

/** The snippet file's content: every shipped algorithm, its bare numbers to be filled in, and some pieces. */
export function snippetsOf(records: readonly AlgorithmRecord[]): Readonly<Record<string, Snippet>> {
  const whole = records.map((record) => [record.title, snippetOf(record)] as const);
  return { ...Object.fromEntries(whole), ...pieces };
}

function snippetOf({ id, title, loss, reference }: AlgorithmRecord): Snippet {
  const lines = `${withPlaceholders(loss.trimEnd())}$0`.split("\n");
  return { prefix: [id], description: `${title}: ${reference}`, body: lines };
}

/** The text with every bare number as a place that Tab goes to. */
function withPlaceholders(text: string): string {
  const { program } = parseLoss(text);
  const numbers = program === undefined ? [] : namedNumbers(program);
  let written = "";
  let end = 0;
  for (const [index, number] of numbers.entries()) {
    written += escaped(text.slice(end, number.start));
    written += `\${${index + 1}:${escaped(text.slice(number.start, number.end))}}`;
    end = number.end;
  }
  return written + escaped(text.slice(end));
}

function escaped(text: string): string {
  return text.replaceAll(/[\\$}]/g, "\\$&");
}

export const snippetFile = join(root, "snippets/pgloss.json");

/** The file as text. */
export function snippetText(): string {
  return `${JSON.stringify(snippetsOf(algorithms), undefined, 2)}\n`;
}

if (import.meta.main) writeFileSync(snippetFile, snippetText());
