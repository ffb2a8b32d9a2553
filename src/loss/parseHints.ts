/** What to say where a word of Python stands that the language lacks. */
export interface WordHint {
  readonly message: string;
  readonly hint: string;
  readonly replacement?: string;
}

/** Words that stand between two values in Python. */
export const WORDS_BETWEEN: ReadonlyMap<string, WordHint> = new Map([
  [
    "and",
    { message: "`and` joins no tensors", hint: "use & between parenthesised comparisons", replacement: "&" },
  ],
  [
    "or",
    { message: "`or` joins no tensors", hint: "use | between parenthesised comparisons", replacement: "|" },
  ],
  ["if", { message: "the language has no `if`", hint: "use where(condition, a, b)" }],
  [
    "for",
    { message: "the language has no loops", hint: "every operator works on whole columns; sum with .sum()" },
  ],
  ["in", { message: "the language has no `in`", hint: "compare with == and join with |" }],
]);

/** Words that begin a statement in Python. */
export const STATEMENT_WORDS: ReadonlyMap<string, string> = new Map([
  ["import", "nothing needs to be imported: torch., F., np. and jnp. prefixes are read and dropped"],
  ["from", "nothing needs to be imported: torch., F., np. and jnp. prefixes are read and dropped"],
  ["def", "the language has no functions of its own; write the expression"],
  ["return", "name the result instead: loss = …"],
  ["for", "the language has no loops; every operator works on whole columns"],
  ["while", "the language has no loops; every operator works on whole columns"],
  ["if", "use where(condition, a, b)"],
  ["with", "leave the with-block out; use .detach() where gradient must stop"],
]);

/** Members of tensors that people know, with what there is instead. */
export const MEMBER_HINTS: ReadonlyMap<string, string> = new Map([
  ["shape", "the number of steps is T; len(x) and x.numel() give sizes"],
  ["size", "the number of steps is T; len(x) and x.numel() give sizes"],
  ["data", "use .detach()"],
  ["grad", "gradients are shown for every value; the loss need not name them"],
  ["T", "transpose is not offered; reductions take dim=0 or dim=1"],
]);
