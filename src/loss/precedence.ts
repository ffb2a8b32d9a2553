/** Binding strength of each infix operator, Python's order. */
export const STRENGTH: ReadonlyMap<string, number> = new Map([
  ["<", 10],
  ["<=", 10],
  [">", 10],
  [">=", 10],
  ["==", 10],
  ["!=", 10],
  ["|", 20],
  ["&", 30],
  ["+", 40],
  ["-", 40],
  ["*", 50],
  ["/", 50],
  ["//", 50],
  ["%", 50],
  ["@", 50],
  ["**", 70],
]);
/** Comparisons, which cannot be chained. */
export const COMPARISON = 10;
/** Signs and ~ bind looser than a power and tighter than a product. */
export const PREFIX_STRENGTH = 60;
/** Powers, which associate to the right. */
export const POWER = 70;
