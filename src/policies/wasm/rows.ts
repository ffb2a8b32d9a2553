import { advance, asLongAs, type Code, get, i32, type Local, when } from "./assembler.ts";

/** Whether `left` is at least `count`. */
export function isLeft(left: Local, count: number): Code {
  return i32.isAtLeast(get(left), i32.constant(count));
}

/** `body` for two rows at a time while there are so many `left`, then for one: what both read is loaded once. */
export function byTwosAndOne(left: Local, body: (count: 1 | 2) => readonly Code[]): Code[] {
  return [
    asLongAs(isLeft(left, 2), [...body(2), advance(left, i32.constant(-2))]),
    when(isLeft(left, 1), body(1)),
  ];
}

/** The place of row `row` counted from `place`. */
export function rowAt(place: Local, stride: Local, row: number): Code {
  return row === 0 ? get(place) : i32.add(get(place), i32.multiply(get(stride), i32.constant(row)));
}

/** Moves `place` on by `count` rows. */
export function advanceRows(place: Local, stride: Local, count: number): Code {
  return advance(place, i32.multiply(get(stride), i32.constant(count)));
}

/** `body` for eight numbers at a time while there are so many `left`, which it counts, then for four; `columns` hold two each. */
export function byEightsAndFour<Column>(
  left: Local,
  columns: readonly Column[],
  body: (taken: Column[]) => Code[],
): Code[] {
  return [asLongAs(isLeft(left, 8), body([...columns])), when(isLeft(left, 4), body(columns.slice(0, 2)))];
}
