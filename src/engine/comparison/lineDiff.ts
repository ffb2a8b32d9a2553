import { diffLines } from "diff";
import type { DiffLineView } from "../../protocol/comparisonViews.ts";

/** How many edits are looked for before two texts count as wholly different; losses have a few lines. */
const mostEdits = 2000;

/** The lines of two texts, those of the first that are not in the second before those that take their place. */
export function lineDiff(before: string, after: string): readonly DiffLineView[] {
  const [from, to] = [ended(before), ended(after)];
  const changes = diffLines(from, to, { maxEditLength: mostEdits });
  if (changes === undefined) return [...linesOf(from, "removed"), ...linesOf(to, "added")];
  return changes.flatMap(({ added, removed, value }) =>
    linesOf(value, added ? "added" : removed ? "removed" : "same"),
  );
}

/** A last line without its end is no other line than one with it. */
const ended = (text: string) => (text === "" || text.endsWith("\n") ? text : `${text}\n`);

function linesOf(text: string, kind: DiffLineView["kind"]): readonly DiffLineView[] {
  if (text === "") return [];
  return text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => ({ kind, text: line }));
}
