import { spellOut } from "./greek.ts";
import type { LossSymbol } from "./names.ts";
import { scalar, type Tensor } from "./tensor.ts";

/** Data that a loss is evaluated on outside of training: every vector of floats is a leaf, scalars are plain numbers. */
export interface DataSet {
  readonly symbols: ReadonlyMap<string, LossSymbol>;
  readonly inputs: ReadonlyMap<string, Tensor>;
}

export type DataSetResult =
  | { readonly ok: true; readonly dataSet: DataSet }
  | { readonly ok: false; readonly message: string };

const SPECIAL: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/** A JSON number, or `"NaN"`, `"Infinity"`, `"-Infinity"`; undefined for anything else. */
export function readNumber(value: unknown): number | undefined {
  return typeof value === "number" ? value : SPECIAL.get(value);
}

class Unreadable extends Error {}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function element(name: string, value: unknown): number {
  const number = typeof value === "boolean" ? Number(value) : readNumber(value);
  if (number === undefined)
    throw new Unreadable(`${name} holds ${JSON.stringify(value)}, which is no number`);
  return number;
}

function readRows(name: string, rows: readonly (readonly unknown[])[]): Tensor {
  const columns = rows[0]!.length;
  if (rows.some((row) => row.length !== columns))
    throw new Unreadable(`the rows of ${name} are not equally long`);
  return {
    shape: [rows.length, columns],
    data: Float64Array.from(rows.flat(), (value) => element(name, value)),
  };
}

function readTensor(name: string, value: unknown): Tensor {
  if (!Array.isArray(value)) return scalar(element(name, value));
  const flat = value.flat();
  const boolean = flat.length > 0 && flat.every((item) => typeof item === "boolean");
  const rows = value.length > 0 && value.every((row): row is unknown[] => Array.isArray(row));
  const tensor = rows
    ? readRows(name, value)
    : { shape: [value.length], data: Float64Array.from(value, (item) => element(name, item)) };
  return boolean ? { ...tensor, boolean } : tensor;
}

/** Names that are columns of booleans even where they hold nothing that would show it. */
const FLAGS: ReadonlySet<string> = new Set(["done", "terminated", "truncated"]);

function asFlag(name: string, tensor: Tensor): Tensor {
  return FLAGS.has(name) && tensor.data.length === 0 ? { ...tensor, boolean: true } : tensor;
}

/**
 * Reads `{"scalars": {name: number}, "data": {name: [numbers] | [[numbers]] | [booleans]}}`.
 * Names are taken as they are, with Greek letters spelt out.
 */
export function readDataSet(json: unknown): DataSetResult {
  try {
    if (!isRecord(json) || !isRecord(json.data))
      throw new Unreadable('the data are no object {"scalars": …, "data": …}');
    if (json.scalars !== undefined && !isRecord(json.scalars))
      throw new Unreadable("scalars is no object of numbers");
    const symbols = new Map<string, LossSymbol>();
    const inputs = new Map<string, Tensor>();
    for (const [given, value] of Object.entries(json.scalars ?? {})) {
      const name = spellOut(given);
      inputs.set(name, scalar(element(given, value)));
      symbols.set(name, { name, shape: [], number: true });
    }
    for (const [given, value] of Object.entries(json.data)) {
      const name = spellOut(given);
      const tensor = asFlag(name, readTensor(given, value));
      inputs.set(name, tensor);
      symbols.set(name, { name, shape: tensor.shape, boolean: tensor.boolean ?? false });
    }
    return { ok: true, dataSet: { symbols, inputs } };
  } catch (error) {
    if (error instanceof Unreadable) return { ok: false, message: error.message };
    throw error;
  }
}

/** The set of a reference file that holds several (`data: {main: …, ties: …}`), with its scalars. */
export function readNamedDataSet(json: unknown, set: string): DataSetResult {
  const data = isRecord(json) ? json.data : undefined;
  if (!isRecord(json) || !isRecord(data)) return { ok: false, message: "the file holds no data sets" };
  if (Object.hasOwn(data, set) && isRecord(data[set]))
    return readDataSet({ scalars: json.scalars, data: data[set] });
  return { ok: false, message: `there is no data set ${set}; there are ${Object.keys(data).join(", ")}` };
}
