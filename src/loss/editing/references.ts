import { type Word, wordAt, wordsOf } from "./words.ts";

/** Every place of one name: where it is defined, if it is, and where it is used. */
export interface References {
  /** The word asked about. */
  readonly word: Word;
  readonly declarations: readonly Word[];
  readonly uses: readonly Word[];
}

/**
 * All places of the name at an offset. A name that is defined more than once is one name; data that a later line
 * defines anew are another one. Undefined where no name stands there, or one that has no place of its own.
 */
export function referencesAt(text: string, offset: number): References | undefined {
  const words = wordsOf(text);
  const word = wordAt(words, offset);
  if (word === undefined) return undefined;
  if (word.role === "declaration" || word.role === "definition") return ofDefinition(words, word);
  if (word.role !== "data" && word.role !== "head") return undefined;
  const name = word.alias ?? word.name;
  const uses = words.filter((one) => one.role === word.role && (one.alias ?? one.name) === name);
  return { word, declarations: [], uses };
}

function ofDefinition(words: readonly Word[], word: Word): References {
  const name = word.alias ?? word.name;
  const declarations = words.filter((one) => one.role === "declaration" && one.name === name);
  const starts = new Set(declarations.map(({ start }) => start));
  const uses = words.filter(({ declaration }) => declaration !== undefined && starts.has(declaration));
  return { word, declarations, uses };
}

/** Where the name at an offset is defined: the line that its value comes from. */
export function definitionAt(text: string, offset: number): Word | undefined {
  const found = referencesAt(text, offset);
  if (found === undefined) return undefined;
  if (found.word.role === "declaration") return found.word;
  return found.declarations.find(({ start }) => start === found.word.declaration);
}
