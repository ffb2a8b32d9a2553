import { OFFERED_NAMES, type OfferedName } from "../../loss/names.ts";
import type { OperatorRow, Parameter } from "../../loss/operator.ts";
import { OPERATORS } from "../../loss/operators.ts";
import { formatShape } from "../../loss/shapes.ts";

/** A word that may be written into a loss. */
export interface LossWord {
  readonly name: string;
  readonly kind: "operator" | "head" | "data" | "definition";
  /** What stands beside the word in a list: its shape, or the operator's family. */
  readonly detail: string;
  readonly signature: string;
  readonly documentation: string;
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

const names: readonly LossWord[] = OFFERED_NAMES.map(nameWord);
const operators: readonly LossWord[] = OPERATORS.filter(({ name }) => !written.has(name)).map(operatorWord);

/** The words that fit at an offset: after a dot operators alone, in a comment none. */
export function wordsAt(text: string, offset: number): readonly LossWord[] {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  if (line.includes("#")) return [];
  if (/\.\s*[\p{L}_]*$/u.test(line) && !/\d\.$/.test(line)) return operators;
  return [...definitions(text), ...names, ...operators];
}

/** What the text's own lines define, also while it cannot be parsed. */
function definitions(text: string): LossWord[] {
  const found = new Map<string, LossWord>();
  for (const [line, name = ""] of text.matchAll(/^[ \t]*([\p{L}_][\p{L}\p{N}_]*)[ \t]*=(?!=).*$/gmu)) {
    const signature = line.trim();
    found.set(name, { name, kind: "definition", detail: "defined here", signature, documentation: "" });
  }
  return [...found.values()];
}

function nameWord({ name, kind, shape, doc, number }: OfferedName): LossWord {
  const detail = number === true ? "number" : formatShape(shape);
  return { name, kind, detail, signature: `${name}: ${detail}`, documentation: doc };
}

function operatorWord(row: OperatorRow): LossWord {
  const { name, family, doc, spelling, parameters } = row;
  const signature = `${name}(${parameters.map(parameterText).join(", ")})`;
  const documentation = spelling.torch === "" ? doc : `${doc} In PyTorch: ${spelling.torch}`;
  return { name, kind: "operator", detail: family, signature, documentation };
}

function parameterText(parameter: Parameter): string {
  if (!("default" in parameter) || parameter.default === undefined) return parameter.name;
  const { default: value } = parameter;
  if (value === "absent" || Math.abs(Number(value)) === Infinity) return `${parameter.name}?`;
  if (value === null) return `${parameter.name}=None`;
  if (typeof value === "object") return `${parameter.name}=${value.data[0]}`;
  if (typeof value === "boolean") return `${parameter.name}=${value ? "True" : "False"}`;
  return `${parameter.name}=${typeof value === "string" ? `"${value}"` : value}`;
}
