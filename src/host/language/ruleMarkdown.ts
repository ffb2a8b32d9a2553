import type { Derivation } from "../../loss/derive.ts";
import { escapeMarkdown, fenced } from "./nodeMarkdown.ts";

/** What there is to know about the loss of an update rule, as a document to read. */
export function ruleMarkdown({ rule, loss, notes }: Extract<Derivation, { ok: true }>): string {
  const parts = [
    "# From update rule to loss",
    "The rule",
    fenced(rule),
    "is descended by",
    fenced(loss.trimEnd()),
  ];
  const explained = notes.map(({ title, text }) => `**${escapeMarkdown(title)}.** ${escapeMarkdown(text)}`);
  return `${[...parts, ...explained].join("\n\n")}\n`;
}
