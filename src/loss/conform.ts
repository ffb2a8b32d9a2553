import { type DataSetResult, readNamedDataSet } from "./dataSet.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { compileLoss } from "./evaluate.ts";
import { gradientJson, type JsonTensor, tensorJson } from "./nodeJson.ts";
import { parseLoss } from "./parse.ts";

/** One case of expressions.json recomputed: our numbers, or our message where there are none. */
export type ExpressionCase =
  | { readonly case: string; readonly computed: ComputedExpression }
  | { readonly case: string; readonly error: string }
  | { readonly case: string; readonly skipped: string };

export interface ComputedExpression {
  readonly shape: readonly number[];
  readonly value: JsonTensor;
  readonly grad: Readonly<Record<string, JsonTensor>>;
  /** Why there is no gradient although there is a value. */
  readonly grad_error?: string;
}

interface ReferenceCase {
  readonly id: string;
  readonly data: string;
  readonly expr: string;
}

function isCase(value: unknown): value is ReferenceCase {
  const candidate = value as Partial<ReferenceCase> | null;
  return (
    typeof candidate?.id === "string" &&
    typeof candidate.data === "string" &&
    typeof candidate.expr === "string"
  );
}

function message(diagnostics: readonly Diagnostic[]): string {
  const first = diagnostics.find((diagnostic) => diagnostic.severity === "error") ?? diagnostics[0]!;
  return first.hint ? `${first.message}; ${first.hint}` : first.message;
}

/** Evaluates one text on one data set, as a case of a reference file has it. */
export function computeExpression(
  text: string,
  data: DataSetResult,
): ComputedExpression | { readonly error: string } {
  if (!data.ok) return { error: data.message };
  const parsed = parseLoss(text);
  if (!parsed.program) return { error: message(parsed.diagnostics) };
  const { compiled, diagnostics } = compileLoss(parsed.program, data.dataSet.symbols);
  if (!compiled) return { error: message(diagnostics) };
  const evaluation = compiled.evaluate(data.dataSet.inputs);
  if (!evaluation.ok) return { error: message(evaluation.diagnostics) };
  const { shape, value, boolean } = evaluation.result;
  const missing = diagnostics.find((diagnostic) => diagnostic.code === "no-derivative");
  const computed = { shape, value: tensorJson(value, shape, boolean) };
  return missing
    ? { ...computed, grad: {}, grad_error: missing.message }
    : { ...computed, grad: gradientJson(compiled, evaluation) };
}

/** Recomputes every case of a file of the form of expressions.json, in its order. */
export function* conformExpressions(reference: unknown): Generator<ExpressionCase> {
  const { cases } = reference as { readonly cases?: unknown };
  if (!Array.isArray(cases)) return;
  const sets = new Map<string, DataSetResult>();
  for (const [index, candidate] of cases.entries()) {
    if (!isCase(candidate)) {
      yield {
        case: String((candidate as { id?: unknown } | null)?.id ?? index),
        error: "this case lacks id, data or expr",
      };
      continue;
    }
    const data = sets.get(candidate.data) ?? readNamedDataSet(reference, candidate.data);
    sets.set(candidate.data, data);
    const computed = computeExpression(candidate.expr, data);
    yield "error" in computed
      ? { case: candidate.id, error: computed.error }
      : { case: candidate.id, computed };
  }
}
