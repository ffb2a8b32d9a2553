/** The operators of the reference expressions that the language refuses by name. */
export const OPERATORS_REFUSED_IN_REFERENCE = [
  "gelu",
  "roll",
  "median",
  "nan_to_num",
  "view",
  "cat",
  "stack",
  "tensor",
] as const;
