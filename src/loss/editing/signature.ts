import type { Parameter } from "../operator.ts";
import { enclosingCall } from "./enclosingCall.ts";
import { parameterDoc, parameterText } from "./parameters.ts";

/** The signature of the call at the cursor. */
export interface SignatureHelp {
  readonly label: string;
  readonly documentation: string;
  readonly parameters: readonly {
    /** Where the parameter stands in the label. */
    readonly start: number;
    readonly end: number;
    readonly documentation: string;
  }[];
  /** Index of the parameter that the argument at the cursor is for; undefined past the last. */
  readonly active: number | undefined;
}

/** The signature of the innermost call around an offset, with the parameter at hand; undefined outside of calls. */
export function signatureAt(text: string, offset: number): SignatureHelp | undefined {
  const call = enclosingCall(text, offset);
  if (call === undefined) return undefined;
  const { row, method, keyword, complete } = call;
  const shown = row.parameters.slice(method ? 1 : 0);
  let label = `${row.name}(`;
  const parameters = shown.map((parameter, index) => {
    if (index > 0) label += ", ";
    const start = label.length;
    label += parameterText(parameter);
    return { start, end: label.length, documentation: parameterDoc(parameter) };
  });
  const active =
    keyword === undefined ? complete : shown.findIndex((parameter) => answers(parameter, keyword));
  const isOne = active >= 0 && active < shown.length;
  return { label: `${label})`, documentation: row.doc, parameters, active: isOne ? active : undefined };
}

function answers(parameter: Parameter, keyword: string): boolean {
  const aliases = "aliases" in parameter ? (parameter.aliases ?? []) : [];
  const axis = parameter.name === "dim" && keyword === "axis";
  return parameter.name === keyword || aliases.includes(keyword) || axis;
}
