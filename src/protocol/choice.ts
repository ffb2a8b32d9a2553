/** A thing chosen by its name, or what to tell the person who named nothing that exists. */
export type Choice<Item> =
  | { readonly ok: true; readonly item: Item }
  | { readonly ok: false; readonly message: string; readonly hint: string };

/** Looks an item up by its id; failing that, offers the nearest id (or all of them). `kind` is the noun used. */
export function chooseById<Item extends { readonly id: string }>(
  items: readonly Item[],
  id: string,
  kind: string,
): Choice<Item> {
  const item = items.find((candidate) => candidate.id === id);
  if (item !== undefined) return { ok: true, item };
  const ids = items.map((candidate) => candidate.id);
  const nearest = nearestName(id, ids);
  const hint = nearest === undefined ? `there are ${ids.join(", ")}` : `did you mean ${nearest}?`;
  return { ok: false, message: `there is no ${kind} "${id}"`, hint };
}

/**
 * The name that needs the fewest single-letter edits (case aside) to become `wanted`;
 * undefined where even that one needs more than a third of the letters changed.
 */
export function nearestName(wanted: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const distance = editDistance(wanted.slice(0, 64).toLowerCase(), name.toLowerCase());
    if (distance < fewest && distance <= Math.max(1, name.length / 3)) {
      best = name;
      fewest = distance;
    }
  }
  return best;
}

/** Levenshtein distance. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = previous[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[to.length]!;
}
