/** Numbers that have a name; `e` and `pi` only after a module, as np.pi. */
export const NUMBERS: ReadonlyMap<string, number> = new Map([
  ["inf", Number.POSITIVE_INFINITY],
  ["nan", Number.NaN],
  ["e", Math.E],
  ["pi", Math.PI],
]);

/** Names of types, which only `dtype=` and `.to()` take. */
export const TYPES: ReadonlyMap<string, "float" | "boolean"> = new Map([
  ["float64", "float"],
  ["float32", "float"],
  ["float16", "float"],
  ["bfloat16", "float"],
  ["double", "float"],
  ["float", "float"],
  ["bool", "boolean"],
  ["bool_", "boolean"],
]);

/** The values of constant expressions that settings may be written as: `dim=-1`, `V[:2 * 3]`. */
export const FOLDED: ReadonlyMap<string, (a: number, b: number) => number> = new Map([
  ["neg", (a) => -a],
  ["pos", (a) => a],
  ["add", (a, b) => a + b],
  ["sub", (a, b) => a - b],
  ["mul", (a, b) => a * b],
  ["floor_divide", (a, b) => Math.floor(a / b)],
]);
