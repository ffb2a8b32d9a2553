import type { Settings } from "./callSettings.ts";
import type { TextRange } from "./diagnostic.ts";
import type { GraphNode } from "./graph.ts";
import type { Library } from "./modules.ts";
import type { OperatorRow, Parameter, TensorDefault } from "./operator.ts";

/** What an argument turned out to be: a tensor, or something that only settings take. */
export type Value =
  | { readonly kind: "tensor"; readonly node: GraphNode }
  | { readonly kind: "list"; readonly items: readonly Value[] }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "constant"; readonly value: boolean | null }
  | { readonly kind: "type"; readonly type: "float" | "boolean" };

export interface GivenArgument {
  readonly keyword: string | undefined;
  readonly value: Value;
  readonly range: TextRange;
}

/** A tensor argument, or what stands in for one that was left out. */
export type BoundOperand = GraphNode | Exclude<TensorDefault, "absent">;

export interface Bound {
  readonly operands: readonly BoundOperand[];
  readonly settings: Settings;
}

export interface BindingProblem extends TextRange {
  readonly message: string;
  readonly hint: string;
}

/** Keywords that other libraries use for the same parameter. */
const KEYWORDS: ReadonlyMap<string, readonly string[]> = new Map([
  ["dim", ["axis"]],
  ["dims", ["axis", "dim"]],
  ["keepdim", ["keepdims"]],
  ["x", ["input", "a", "self"]],
  ["other", ["exponent", "b", "y"]],
]);

class Refused extends Error {
  readonly problem: BindingProblem;
  constructor(problem: BindingProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

function refuse(range: TextRange, message: string, hint: string): never {
  throw new Refused({ start: range.start, end: range.end, message, hint });
}

/** `clamp takes x, min, max`. */
export function signatureOf(row: OperatorRow): string {
  return `${row.name}(${row.parameters.map((parameter) => parameter.name).join(", ")})`;
}

function answersTo(parameter: Parameter, keyword: string): boolean {
  const own = "aliases" in parameter ? (parameter.aliases ?? []) : [];
  return (
    parameter.name === keyword ||
    own.includes(keyword) ||
    (KEYWORDS.get(parameter.name) ?? []).includes(keyword)
  );
}

/** Gives every parameter the argument that is meant for it. */
function assign(row: OperatorRow, given: readonly GivenArgument[]): Map<Parameter, GivenArgument> {
  const assigned = new Map<Parameter, GivenArgument>();
  let position = 0;
  for (const argument of given) {
    if (argument.keyword === "dtype" && argument.value.kind === "type" && row.name !== "to") continue;
    const parameter =
      argument.keyword === undefined ? positional(row, argument, position++) : byKeyword(row, argument);
    if (!parameter) refuse(argument.range, complaint(row, argument), `the arguments are ${signatureOf(row)}`);
    if (assigned.has(parameter))
      refuse(argument.range, `${row.name} is given ${parameter.name} twice`, "leave one out");
    assigned.set(parameter, argument);
  }
  return assigned;
}

function byKeyword(row: OperatorRow, argument: GivenArgument): Parameter | undefined {
  return row.parameters.find((parameter) => answersTo(parameter, argument.keyword!));
}

function positional(row: OperatorRow, argument: GivenArgument, position: number): Parameter | undefined {
  const parameter = row.parameters[position];
  const unbiased =
    parameter?.kind === "axis" && argument.value.kind === "constant" && argument.value.value !== null;
  return unbiased ? row.parameters.find((candidate) => candidate.name === "unbiased") : parameter;
}

function complaint(row: OperatorRow, argument: GivenArgument): string {
  return argument.keyword === undefined
    ? `${row.name} takes no more than ${row.parameters.length} ${row.parameters.length === 1 ? "argument" : "arguments"}`
    : `${row.name} takes no argument ${argument.keyword}`;
}

function wholeNumber(value: Value): number | undefined {
  const constant = value.kind === "tensor" ? value.node.constant : undefined;
  return constant !== undefined && Number.isInteger(constant) ? constant : undefined;
}

function wholeNumbers(value: Value): readonly number[] | undefined {
  const items = value.kind === "list" ? value.items.map(wholeNumber) : [wholeNumber(value)];
  return items.every((item) => item !== undefined) ? items : undefined;
}

type Draft = { -readonly [Key in keyof Settings]: Settings[Key] };

/** Reads the argument of a parameter that is no tensor into the settings. */
function readSetting(
  row: OperatorRow,
  parameter: Parameter,
  { value, range }: GivenArgument,
  settings: Draft,
): void {
  if (parameter.kind === "axis") settings.axis = readAxis(value, range);
  else if (parameter.kind === "axes") settings.axes = readAxes(value, range);
  else if (parameter.kind === "flag") readFlag(parameter, value, range, settings);
  else if (parameter.kind === "integer") readInteger(row, parameter, value, range, settings);
  else if (parameter.kind === "reduction") settings.reduction = readReduction(value, range);
  else if (parameter.kind === "type") settings.type = readType(value, range);
}

function readAxis(value: Value, range: TextRange): number | undefined {
  if (value.kind === "constant" && value.value === null) return undefined;
  const axes = wholeNumbers(value);
  if (axes?.length === 1) return axes[0];
  if (axes?.length === 2 && new Set(axes.map((axis) => ((axis % 2) + 2) % 2)).size === 2) return undefined;
  return refuse(range, "the axis is no whole number", "write dim=0 or dim=1");
}

function readAxes(value: Value, range: TextRange): readonly number[] {
  return wholeNumbers(value) ?? refuse(range, "the axes are no whole numbers", "write [0]");
}

function readFlag(
  parameter: Parameter & { kind: "flag" },
  value: Value,
  range: TextRange,
  settings: Draft,
): void {
  const flag = value.kind === "constant" && value.value !== null ? value.value : wholeNumber(value);
  if (flag === undefined) refuse(range, `${parameter.name} is neither True nor False`, "write True or False");
  if (parameter.name === "keepdim") settings.keepDimension = Boolean(flag);
  else settings.correction ??= flag ? 1 : 0;
}

function readInteger(
  row: OperatorRow,
  parameter: Parameter & { kind: "integer" },
  value: Value,
  range: TextRange,
  settings: Draft,
): void {
  const integer = wholeNumber(value);
  if (integer === undefined) {
    const message = `${parameter.name} of ${row.name} is no whole number written in the text`;
    refuse(range, message, "write the number itself");
  }
  settings[parameter.setting] = integer;
}

function readReduction(value: Value, range: TextRange): "none" | "mean" | "sum" {
  const text = value.kind === "text" ? value.text : undefined;
  if (text === "none" || text === "mean" || text === "sum") return text;
  return refuse(range, `${text ?? "this"} is no reduction`, 'reduction is "none", "mean" or "sum"');
}

function readType(value: Value, range: TextRange): "float" | "boolean" {
  return value.kind === "type" ? value.type : refuse(range, "this is no type", "write torch.float64 or bool");
}

function defaultSettings(row: OperatorRow, library: Library | undefined, settings: Draft): void {
  const fromLibrary = library ? row.libraryDefaults?.[library] : undefined;
  Object.assign(settings, { ...fromLibrary, ...settings });
  for (const parameter of row.parameters) {
    if (parameter.kind === "axis" && !("axis" in settings) && parameter.default != null)
      settings.axis = parameter.default;
    if (parameter.kind === "integer" && parameter.default != null)
      settings[parameter.setting] ??= parameter.default;
    if (parameter.kind === "reduction") settings.reduction ??= parameter.default;
    if (parameter.name === "unbiased") settings.correction ??= 1;
  }
}

function isRequired(parameter: Parameter): boolean {
  if (parameter.kind === "tensor" || parameter.kind === "axis" || parameter.kind === "integer")
    return parameter.default === undefined;
  return parameter.kind === "type";
}

function bindOrThrow(
  row: OperatorRow,
  given: readonly GivenArgument[],
  library: Library | undefined,
  range: TextRange,
): Bound {
  const assigned = assign(row, given);
  const operands: BoundOperand[] = [];
  const settings: Draft = {};
  for (const parameter of row.parameters) {
    const argument = assigned.get(parameter);
    if (!argument && isRequired(parameter))
      refuse(range, `${row.name} needs ${parameter.name}`, `the arguments are ${signatureOf(row)}`);
    if (parameter.kind === "tensor") {
      const operand = readTensor(row, parameter, argument);
      if (operand !== undefined) operands.push(operand);
    } else if (argument) readSetting(row, parameter, argument, settings);
  }
  defaultSettings(row, library, settings);
  return { operands, settings };
}

function readTensor(
  row: OperatorRow,
  parameter: Parameter & { kind: "tensor" },
  argument: GivenArgument | undefined,
): BoundOperand | undefined {
  const absent = !argument || (argument.value.kind === "constant" && argument.value.value === null);
  if (absent && parameter.default !== undefined)
    return parameter.default === "absent" ? undefined : parameter.default;
  if (argument?.value.kind === "tensor") return argument.value.node;
  return refuse(
    argument!.range,
    `${parameter.name} of ${row.name} is no tensor`,
    "give an expression over the data",
  );
}

/** Matches the arguments of a call with the parameters of an operator. */
export function bind(
  row: OperatorRow,
  given: readonly GivenArgument[],
  library: Library | undefined,
  range: TextRange,
): Bound | BindingProblem {
  try {
    return bindOrThrow(row, given, library, range);
  } catch (error) {
    if (error instanceof Refused) return error.problem;
    throw error;
  }
}
