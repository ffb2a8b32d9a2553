/** How far each key moves a cursor over `count` places; "start" and "end" jump. */
const moves: Readonly<Record<string, number | "start" | "end">> = {
  ArrowRight: 1,
  ArrowUp: 1,
  ArrowLeft: -1,
  ArrowDown: -1,
  PageUp: 10,
  PageDown: -10,
  Home: "start",
  End: "end",
};

/** Where a key moves a cursor at `at` within `first` to `last`; null where the key means nothing. */
export function cursorAfterKey(key: string, at: number, first: number, last: number): number | null {
  const move = Object.hasOwn(moves, key) ? moves[key]! : undefined;
  if (move === undefined) return null;
  if (move === "start") return first;
  if (move === "end") return last;
  const stride = Math.abs(move) === 10 ? Math.max(1, Math.round((last - first) / 10)) : 1;
  return Math.min(last, Math.max(first, at + Math.sign(move) * stride));
}
