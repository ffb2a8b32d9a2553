import type { OperatorRow, Parameter } from "../operator.ts";

/** A parameter of an operator as text: its name with what stands in for it where it is left out. */
export function parameterText(parameter: Parameter): string {
  if (!("default" in parameter) || parameter.default === undefined) return parameter.name;
  const { default: value } = parameter;
  if (value === "absent" || Math.abs(Number(value)) === Infinity) return `${parameter.name}?`;
  if (value === null) return `${parameter.name}=None`;
  if (typeof value === "object") return `${parameter.name}=${value.data[0]}`;
  if (typeof value === "boolean") return `${parameter.name}=${value ? "True" : "False"}`;
  return `${parameter.name}=${typeof value === "string" ? `"${value}"` : value}`;
}

const KIND_DOCS: Readonly<Record<Parameter["kind"], string>> = {
  tensor: "A column, a table or a number.",
  axis: "The axis: 0 runs over steps, 1 over actions; left out, all of them.",
  axes: "The axes, as [0].",
  flag: "True or False.",
  integer: "A whole number written in the text.",
  reduction: '"none", "mean" or "sum".',
  type: "torch.float64 or bool.",
};

const NAME_DOCS: ReadonlyMap<string, string> = new Map([
  ["keepdim", "True keeps the axis, with the size 1."],
  ["unbiased", "True divides by n - 1, False by n."],
  ["correction", "What is taken off n before dividing by it."],
  ["gamma", "The discount γ."],
  ["bootstrap", "What is taken to follow a last step that did not terminate: 0, or a value estimate."],
  ["r", "The rewards, a column."],
  ["V", "The value estimates, a column."],
  ["a", "The indices of the actions taken, a column."],
  ["logits", "The policy's outputs before softmax, a table."],
  ["min", "The lower bound; left out, none."],
  ["max", "The upper bound; left out, none."],
  ["target", "What the input is held against; no gradient is wanted there."],
]);

/** One sentence on a parameter. */
export function parameterDoc(parameter: Parameter): string {
  return NAME_DOCS.get(parameter.name) ?? KIND_DOCS[parameter.kind];
}

/** Whether a call may leave the parameter out. */
export function isOptional(parameter: Parameter): boolean {
  return "default" in parameter && parameter.default !== undefined;
}

/** `discounted_returns(r, gamma, bootstrap=0)`; after a dot without the first parameter. */
export function signatureText(row: OperatorRow, method = false): string {
  return `${row.name}(${row.parameters
    .slice(method ? 1 : 0)
    .map(parameterText)
    .join(", ")})`;
}
