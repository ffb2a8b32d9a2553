import { readNumber } from "./compare.ts";

/** Thrown while a case is read whose fields are not of the form that its kind of file has. */
export class MalformedCase extends Error {}

export type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown, what = "the case"): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new MalformedCase(`${what} is no object`);
}

export function list(parent: Fields, key: string): readonly unknown[] {
  const value = parent[key];
  if (Array.isArray(value)) return value;
  throw new MalformedCase(`"${key}" is no list`);
}

export function number(parent: Fields, key: string): number {
  const value = readNumber(parent[key]);
  if (value !== undefined) return value;
  throw new MalformedCase(`"${key}" is no number`);
}

export function text(parent: Fields, key: string): string {
  const value = parent[key];
  if (typeof value === "string") return value;
  throw new MalformedCase(`"${key}" is no text`);
}

/** A list of numbers, or of lists of numbers row after row. */
export function numbers(parent: Fields, key: string): Float64Array {
  return Float64Array.from(list(parent, key).flat(), (value) => {
    const read = readNumber(value);
    if (read === undefined) throw new MalformedCase(`"${key}" holds something that is no number`);
    return read;
  });
}

/** A list of rows of numbers. */
export function rows(parent: Fields, key: string): readonly Float64Array[] {
  return list(parent, key).map((_, index) => numbers({ row: list(parent, key)[index] }, "row"));
}
