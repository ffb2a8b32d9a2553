/** A record chosen by its id, or one line for the person who named none that exists. */
export type Choice<Item> =
  | { readonly ok: true; readonly record: Item }
  | { readonly ok: false; readonly message: string };

/** Looks a record up by its id; failing that, the message offers the nearest id (or lists all). `kind` is the noun used. */
export function chooseById<Item extends { readonly id: string }>(
  records: readonly Item[],
  id: string,
  kind: string,
): Choice<Item> {
  const record = records.find((candidate) => candidate.id === id);
  if (record !== undefined) return { ok: true, record };
  const ids = records.map((candidate) => candidate.id);
  const nearest = nearestName(id, ids);
  const offer = nearest === undefined ? `There are ${ids.join(", ")}.` : `Did you mean ${nearest}?`;
  return { ok: false, message: `There is no ${kind} "${id}". ${offer}` };
}

/**
 * The shortest name that begins with `wanted` (case aside, three letters at least), else the name that needs the fewest single-letter edits (case aside) to become `wanted`;
 * undefined where even that one needs more than a third of the letters changed.
 */
export function nearestName(wanted: string, names: readonly string[]): string | undefined {
  const continued = names.filter((name) => name.toLowerCase().startsWith(wanted.toLowerCase()));
  if (wanted.length >= 3 && continued.length > 0) return shortest(continued);
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

function shortest(names: readonly string[]): string | undefined {
  return names.reduce((best, name) => (name.length < best.length ? name : best));
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
