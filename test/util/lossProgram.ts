import { expect } from "vitest";
import type { Diagnostic } from "../../src/loss/diagnostic.ts";
import {
  type CompiledLoss,
  type CompileOptions,
  compileLoss,
  type Evaluation,
  type EvaluationOptions,
} from "../../src/loss/evaluate.ts";
import type { LossSymbol } from "../../src/loss/names.ts";
import { parseLoss } from "../../src/loss/parse.ts";
import type { Program } from "../../src/loss/syntax.ts";
import { scalar, type Tensor, vector } from "../../src/loss/tensor.ts";

/** Data by name: a number is a hyperparameter, a list a column, a list of lists a table, booleans flags. */
export type Data = Readonly<
  Record<string, number | readonly number[] | readonly boolean[] | readonly (readonly number[])[]>
>;

export interface Prepared {
  readonly symbols: Map<string, LossSymbol>;
  readonly inputs: Map<string, Tensor>;
}

function tensorOf(value: Data[string]): Tensor {
  if (typeof value === "number") return scalar(value);
  if (typeof value[0] === "boolean") return { ...vector((value as boolean[]).map(Number)), boolean: true };
  if (!Array.isArray(value[0])) return vector(value as number[]);
  const rows = value as number[][];
  return { shape: [rows.length, rows[0]!.length], data: Float64Array.from(rows.flat()) };
}

export function prepare(data: Data): Prepared {
  const symbols = new Map<string, LossSymbol>();
  const inputs = new Map<string, Tensor>();
  for (const [name, value] of Object.entries(data)) {
    const tensor = tensorOf(value);
    inputs.set(name, tensor);
    symbols.set(name, {
      name,
      shape: tensor.shape,
      boolean: tensor.boolean ?? false,
      number: typeof value === "number",
    });
  }
  return { symbols, inputs };
}

export function parsed(text: string): Program {
  const { program, diagnostics } = parseLoss(text);
  expect(diagnostics, text).toEqual([]);
  return program!;
}

export function compiled(text: string, data: Data, options: CompileOptions = {}): CompiledLoss {
  const compilation = compileLoss(parsed(text), prepare(data).symbols, options);
  if (!compilation.compiled)
    throw new Error(`${text}: ${compilation.diagnostics.map((found) => found.message).join("; ")}`);
  return compilation.compiled;
}

export function evaluated(text: string, data: Data, options: EvaluationOptions = {}): Evaluation {
  const result = compiled(text, data).evaluate(prepare(data).inputs, options);
  if (!result.ok) throw new Error(`${text}: ${result.diagnostics[0]!.message}`);
  return result;
}

export function numbersOf(text: string, data: Data): number[] {
  return Array.from(evaluated(text, data).result.value);
}

export function gradientOf(text: string, data: Data, name: string): number[] {
  return Array.from(evaluated(text, data).adjoint(name)!);
}

/** All errors that reading, compiling and evaluating a text gives, in that order. */
export function errorsOf(text: string, data: Data, options: CompileOptions = {}): readonly Diagnostic[] {
  const { program, diagnostics } = parseLoss(text);
  if (!program) return diagnostics;
  const { symbols, inputs } = prepare(data);
  const compilation = compileLoss(program, symbols, options);
  const errors = compilation.diagnostics.filter((found) => found.severity === "error");
  if (errors.length > 0 || !compilation.compiled) return errors;
  const result = compilation.compiled.evaluate(inputs);
  return result.ok ? [] : result.diagnostics;
}
