/** Python code as its words and signs, without the space between them. */
export type Code = readonly string[];

const WORD =
  /[A-Za-z_]\w*|\d[\w.]*(?:(?<=[eE])[+-]\d+)?|\.\d\w*|"[^"\n]*"|'[^'\n]*'|\*\*|\/\/|[<>=!+\-*/@]=|\S/gu;
const OPENING = "([{";
const CLOSING = ")]}";

export function wordsOf(text: string): string[] {
  return text.match(WORD) ?? [];
}

/** The code as text; names that would run together are kept apart. */
export function textOf(code: Code): string {
  return code.reduce((text, word) => text + (/\w$/.test(text) && /^\w/.test(word) ? " " : "") + word, "");
}

export function isName(word: string | undefined): word is string {
  return word !== undefined && /^[A-Za-z_]\w*$/.test(word);
}

/** The place of the bracket that closes the one at `open`; the end of the code where none does. */
export function closingOf(code: Code, open: number): number {
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    if (OPENING.includes(code[at]!)) depth++;
    if (CLOSING.includes(code[at]!) && --depth === 0) return at;
  }
  return code.length;
}

function openingOf(code: Code, close: number): number {
  let depth = 0;
  for (let at = close; at >= 0; at--) {
    if (CLOSING.includes(code[at]!)) depth++;
    if (OPENING.includes(code[at]!) && --depth === 0) return at;
  }
  return 0;
}

/** Where the operand that ends before `end` begins: `a.b(c)[d]` is one. */
export function operandStart(code: Code, end: number): number {
  let at = end - 1;
  while (at >= 0) {
    if (code[at] === ")" || code[at] === "]") at = openingOf(code, at);
    else if (!isName(code[at])) return at + 1;
    const before = code[at - 1];
    if (code[at] === "(" || code[at] === "[") {
      if (!isName(before) && before !== ")" && before !== "]") return at;
      at--;
    } else if (before === ".") at -= 2;
    else return at;
  }
  return 0;
}

/** What stands between two brackets, cut at its commas. */
export function partsOf(code: Code): Code[] {
  const parts: string[][] = [[]];
  for (let at = 0; at < code.length; at++) {
    const word = code[at]!;
    if (OPENING.includes(word)) {
      const close = closingOf(code, at);
      parts.at(-1)!.push(...code.slice(at, close + 1));
      at = close;
    } else if (word === ",") parts.push([]);
    else parts.at(-1)!.push(word);
  }
  return parts.filter((part) => part.length > 0);
}

/** The words that stand at `start` (inclusive) to `end` (exclusive) replaced by others. */
export function spliced(code: Code, start: number, end: number, ...words: string[]): string[] {
  return [...code.slice(0, start), ...words, ...code.slice(end)];
}

/** Code in brackets, unless it is one operand already. */
export function bracketed(code: Code): Code {
  return operandStart(code, code.length) === 0 && code[0] !== "-" ? code : ["(", ...code, ")"];
}

/** Every use of a name that is no member and no keyword replaced by other code. */
export function substituted(code: Code, by: ReadonlyMap<string, Code>): string[] {
  return code.flatMap((word, at) => {
    const code_ = by.get(word);
    const isMember = code[at - 1] === ".";
    const isKeyword = code[at + 1] === "=" && (code[at - 1] === "(" || code[at - 1] === ",");
    return code_ === undefined || isMember || isKeyword ? [word] : [...bracketed(code_)];
  });
}
