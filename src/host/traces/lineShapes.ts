import type { RecordedNameView } from "../../protocol/traceViews.ts";

/** What a line of a script recorded, as a quiet text behind it. */
export interface LineShapes {
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
}

/** The ingredients of a loss, in the order in which they are told. */
const ingredients = [
  "loss",
  "log_prob",
  "entropy",
  "value",
  "returns",
  "advantages",
  "logits",
  "mu",
  "log_sigma",
];
const mostNames = 5;

/** The shapes of what each line recorded last: at the line of the update what its loss is made of, watched tensors at their own. */
export function lineShapes(names: readonly RecordedNameView[]): readonly LineShapes[] {
  const byLine = new Map<number, RecordedNameView[]>();
  for (const name of names) {
    if (name.source === null || !(name.isWatched || ingredients.includes(name.name))) continue;
    byLine.set(name.source.line, [...(byLine.get(name.source.line) ?? []), name]);
  }
  return [...byLine].map(([line, recorded]) => ({ line, text: wordsOf(recorded) }));
}

/** "loss 1.25 · log_prob [48] · logits [48, 2]". */
function wordsOf(names: readonly RecordedNameView[]): string {
  const place = ({ name }: RecordedNameView) =>
    ingredients.includes(name) ? ingredients.indexOf(name) : ingredients.length;
  const ordered = [...names].sort((a, b) => place(a) - place(b));
  const words = ordered
    .slice(0, mostNames)
    .map(({ name, shape, value }) => `${name} ${shapeWords(shape, value)}`);
  return [...words, ...(ordered.length > mostNames ? ["…"] : [])].join(" · ");
}

function shapeWords(
  shape: readonly number[],
  { first, notANumber, infinite }: RecordedNameView["value"],
): string {
  const trouble = notANumber > 0 ? " with NaN" : infinite > 0 ? " with ∞" : "";
  return shape.length === 0 ? String(Number(first[0]?.toPrecision(4))) : `[${shape.join(", ")}]${trouble}`;
}
