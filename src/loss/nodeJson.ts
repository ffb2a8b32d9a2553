import type { CompiledLoss, Evaluation, NodeValue } from "./evaluate.ts";

export type JsonNumber = number | boolean | "NaN" | "Infinity" | "-Infinity";
export type JsonTensor = JsonNumber | readonly JsonTensor[];

/** One value of a program as `pgi loss --json` prints it. */
export interface NodeJson {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly shape: readonly number[];
  readonly value: JsonTensor;
  readonly adjoint: JsonTensor;
}

export interface EvaluationJson {
  readonly value: JsonTensor;
  readonly shape: readonly number[];
  /** d(sum of value)/d(leaf), of every leaf of floats that the program uses. */
  readonly grad: Readonly<Record<string, JsonTensor>>;
  readonly nodes: readonly NodeJson[];
}

function numberJson(value: number): JsonNumber {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}

/** A number, a list or a list of rows; NaN and infinities as strings, truth values as booleans. */
export function tensorJson(data: ArrayLike<number>, shape: readonly number[], boolean = false): JsonTensor {
  const items = Array.from(data, (value) => (boolean ? value !== 0 : numberJson(value)));
  if (shape.length === 0) return items[0]!;
  if (shape.length === 1) return items;
  const [rows, columns] = shape as [number, number];
  return Array.from({ length: rows }, (_, row) => items.slice(row * columns, (row + 1) * columns));
}

function valueJson({ value, shape, boolean }: NodeValue): JsonTensor {
  return tensorJson(value, shape, boolean);
}

/** Gradients of the leaves of floats; plain numbers (hyperparameters) and booleans have none. */
export function gradientJson(compiled: CompiledLoss, evaluation: Evaluation): Record<string, JsonTensor> {
  const gradient: Record<string, JsonTensor> = Object.create(null);
  for (const leaf of compiled.graph.leaves) {
    if (leaf.source.kind !== "leaf" || leaf.boolean || leaf.number) continue;
    const { name } = leaf.source;
    gradient[name] = tensorJson(evaluation.adjoint(name)!, evaluation.leaf(name)!.shape);
  }
  return gradient;
}

/** A whole evaluation as JSON: the loss, its gradients, and value and adjoint of every expression in the text. */
export function evaluationJson(compiled: CompiledLoss, evaluation: Evaluation): EvaluationJson {
  const { text, nodes } = compiled.program;
  const values: NodeJson[] = [];
  for (const { id, start, end } of nodes) {
    const node = evaluation.node(id);
    if (!node) continue;
    const adjoint = tensorJson(node.adjoint, node.shape);
    values.push({
      start,
      end,
      text: text.slice(start, end),
      shape: node.shape,
      value: valueJson(node),
      adjoint,
    });
  }
  return {
    value: valueJson(evaluation.result),
    shape: evaluation.result.shape,
    grad: gradientJson(compiled, evaluation),
    nodes: values,
  };
}
