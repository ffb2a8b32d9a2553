import { OFFERED_NAMES, type OfferedName } from "../names.ts";
import type { OperatorRow } from "../operator.ts";
import { OPERATORS } from "../operators.ts";
import { formatShape } from "../shapes.ts";
import { enclosingCall } from "./enclosingCall.ts";
import { isOptional, parameterDoc, parameterText, signatureText } from "./parameters.ts";

/** A word that may be written into a loss. */
export interface Suggestion {
  readonly name: string;
  readonly kind: "operator" | "head" | "data" | "definition" | "parameter";
  /** What stands beside the word in a list: its shape, or the operator's family. */
  readonly detail: string;
  readonly signature: string;
  readonly documentation: string;
  /** Text to insert, with the cursor's place in it; the name itself where absent. */
  readonly insert?: { readonly before: string; readonly after: string };
}

/** Operators that have a sign of their own and are not offered as words. */
const written: ReadonlySet<string> = new Set([
  "index",
  "add",
  "sub",
  "neg",
  "pos",
  "floor_divide",
  "remainder",
]);

const names: readonly Suggestion[] = OFFERED_NAMES.map(nameWord);
const rows: readonly OperatorRow[] = OPERATORS.filter(({ name }) => !written.has(name));
const functions: readonly Suggestion[] = rows.map((row) => operatorWord(row, false));
const methods: readonly Suggestion[] = rows
  .filter(({ parameters }) => parameters[0]?.kind === "tensor")
  .map((row) => operatorWord(row, true));

/** The words that fit at an offset: after a dot operators alone, in a comment or a string none. */
export function suggestionsAt(text: string, offset: number): readonly Suggestion[] {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  if (line.includes("#")) return [];
  if (/\b(?:torch|F|np|jnp|functional)\s*\.\s*[\p{L}_]*$/u.test(line)) return functions;
  if (/\.\s*[\p{L}_]*$/u.test(line) && !/\d\.$/.test(line)) return methods;
  return [...keywordsAt(text, offset, line), ...definitions(text, offset), ...names, ...functions];
}

/** Parameters that the call around an offset may still be given by name. */
function keywordsAt(text: string, offset: number, line: string): Suggestion[] {
  if (!/[(,]\s*[\p{L}_]*$/u.test(line)) return [];
  const call = enclosingCall(text, offset);
  if (call === undefined) return [];
  const taken = new Set(call.keywords);
  const open = call.row.parameters.slice(call.complete + (call.method ? 1 : 0));
  return open
    .filter((parameter) => isOptional(parameter) && !taken.has(parameter.name))
    .map((parameter) => ({
      name: `${parameter.name}=`,
      kind: "parameter",
      detail: `of ${call.row.name}`,
      signature: parameterText(parameter),
      documentation: parameterDoc(parameter),
    }));
}

/** What the lines above define, also while the text cannot be parsed. */
function definitions(text: string, offset: number): Suggestion[] {
  const found = new Map<string, Suggestion>();
  const above = text.slice(0, text.lastIndexOf("\n", offset - 1) + 1);
  for (const [line, name = ""] of above.matchAll(/^[ \t]*([\p{L}_][\p{L}\p{N}_]*)[ \t]*=(?!=).*$/gmu)) {
    const signature = line.trim();
    found.set(name, { name, kind: "definition", detail: "defined above", signature, documentation: "" });
  }
  return [...found.values()];
}

function nameWord({ name, kind, shape, doc, number }: OfferedName): Suggestion {
  const detail = number === true ? "number" : formatShape(shape);
  return { name, kind, detail, signature: `${name}: ${detail}`, documentation: doc };
}

function operatorWord(row: OperatorRow, method: boolean): Suggestion {
  const { name, family, doc, spelling, parameters } = row;
  const documentation = spelling.torch === "" ? doc : `${doc} In PyTorch: ${spelling.torch}`;
  const complete = method && parameters.slice(1).every(isOptional);
  const insert = complete ? { before: `${name}()`, after: "" } : { before: `${name}(`, after: ")" };
  return {
    name,
    kind: "operator",
    detail: family,
    signature: signatureText(row, method),
    documentation,
    insert,
  };
}
