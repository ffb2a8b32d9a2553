import type { TextRange } from "../diagnostic.ts";
import { lex } from "../lex.ts";
import { isModuleRoot } from "../modules.ts";
import { aliasTargets, OFFERED_NAMES } from "../names.ts";
import { callableNames } from "../operators.ts";
import { STATEMENT_WORDS, WORDS_BETWEEN } from "../parseHints.ts";
import { referencesAt } from "./references.ts";
import { type Word, wordAt, wordsOf } from "./words.ts";

export type TextEdit = TextRange & { readonly text: string };

/** What renaming comes to, or why it cannot be. */
export type Renaming =
  | { readonly ok: true; readonly edits: readonly TextEdit[] }
  | { readonly ok: false; readonly reason: string };

/** What stands at an offset to be renamed, or why it cannot be. */
export type Renameable =
  | { readonly ok: true; readonly range: TextRange; readonly name: string }
  | { readonly ok: false; readonly reason: string };

const offeredNames: ReadonlySet<string> = new Set(OFFERED_NAMES.map(({ name }) => name));
const operatorNames: ReadonlySet<string> = new Set(callableNames());
const CONSTANTS: ReadonlySet<string> = new Set(["True", "False", "None", "inf", "nan", "not"]);

const FIXED: Readonly<Partial<Record<Word["role"], string>>> = {
  data: "is given with every update and has this name everywhere",
  head: "is an output of the policy and has this name everywhere",
  operator: "is an operator of the language",
  parameter: "is an argument's name, which the operator gives",
  module: "is a library's name",
  constant: "is a word of the language",
  unknown: "is defined nowhere in this text",
};

/** Whether the name at an offset can be renamed: what the text itself defines can. */
export function renameableAt(text: string, offset: number): Renameable {
  const word = wordAt(wordsOf(text), offset);
  if (word === undefined) return { ok: false, reason: "There is no name here." };
  const fixed = FIXED[word.role];
  const written = text.slice(word.start, word.end);
  if (fixed !== undefined) return { ok: false, reason: `${written} ${fixed}.` };
  return { ok: true, range: { start: word.start, end: word.end }, name: written };
}

/** The edits that give what is defined at an offset another name everywhere, other spellings of it included. */
export function renameAt(text: string, offset: number, newName: string): Renaming {
  const renameable = renameableAt(text, offset);
  if (!renameable.ok) return renameable;
  const refused = whyNoName(newName);
  if (refused !== undefined) return { ok: false, reason: refused };
  const { declarations, uses } = referencesAt(text, offset)!;
  const oldName = declarations[0]!.name;
  const name = spelt(newName)!;
  const clash = name === oldName ? undefined : whyClash(text, oldName, name);
  if (clash !== undefined) return { ok: false, reason: clash };
  const edits = [...declarations, ...uses].sort((a, b) => a.start - b.start);
  return { ok: true, edits: edits.map(({ start, end }) => ({ start, end, text: newName })) };
}

/** The name that a text is when it is one name and nothing else, Greek letters spelt out. */
function spelt(text: string): string | undefined {
  const { tokens, diagnostics } = lex(text);
  const [first, second] = tokens;
  const alone = diagnostics.length === 0 && first?.kind === "name" && second?.kind === "newline";
  return alone && first.end - first.start === text.length ? first.text : undefined;
}

/** Why a text may not name what a loss defines; undefined where it may. */
export function whyNoName(text: string): string | undefined {
  const name = spelt(text);
  if (name === undefined) return `“${text}” is no name: letters, digits, _ and Greek letters make one.`;
  if (offeredNames.has(name)) return `${text} is a name that every update gives; take another one.`;
  if (operatorNames.has(name)) return `${text} is an operator; take another name.`;
  if (isModuleRoot(name)) return `${text} is a library's name; take another one.`;
  const word = CONSTANTS.has(name) || STATEMENT_WORDS.has(name) || WORDS_BETWEEN.has(name);
  return word ? `${text} is a word of the language; take another name.` : undefined;
}

/** Why a new name would change what the text means. */
function whyClash(text: string, oldName: string, newName: string): string | undefined {
  const words = wordsOf(text).filter(({ role }) => role !== "parameter" && role !== "operator");
  if (words.some(({ name }) => name === newName)) return `${newName} already stands in this text.`;
  if ((oldName === "loss" || newName === "loss") && !isLastLine(text, words, oldName))
    return "The line named loss is the result: the text would mean another one.";
  const captured = words.find(
    ({ name, declaration, role }) =>
      declaration === undefined && role !== "declaration" && aliasTargets(name).includes(newName),
  );
  return captured && `${captured.name} in this text would be read as ${newName}.`;
}

/** Whether a name is that of the last line, so that it is the result under any name. */
function isLastLine(text: string, words: readonly Word[], name: string): boolean {
  const last = words.findLast(({ role }) => role === "declaration");
  if (last?.name !== name) return false;
  const { tokens } = lex(text.slice(last.start));
  const end = tokens.findIndex(({ kind }) => kind === "newline");
  return tokens.slice(end + 1).every(({ kind }) => kind === "newline" || kind === "end");
}
