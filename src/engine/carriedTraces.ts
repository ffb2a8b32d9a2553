import { type CompiledLoss, compileLoss } from "../loss/evaluate.ts";
import { headNames, offeredSymbols, traceNames } from "../loss/names.ts";
import { parseLoss } from "../loss/parse.ts";
import type { HeadAdjoints } from "../policies/heads.ts";
import type { KernelsBackend } from "../policies/kernels.ts";
import type { PolicySpecification } from "../policies/policy.ts";
import type { CarriedTrace, CarriedTraces } from "../rl/batch.ts";
import { evaluateForTraining, type PolicySource } from "./lossOnBatch.ts";

/** The statement of a loss text that carries a trace on, as a program of its own: its gradient is the trace after the step. */
export interface TraceProgram {
  readonly name: string;
  readonly compiled: CompiledLoss;
}

/** The traces that a loss carries from step to step: those it reads and has a statement for. The loss itself has compiled. */
export function readTraces(loss: CompiledLoss, { gaussian }: PolicySpecification): TraceProgram[] {
  const symbols = offeredSymbols(gaussian === undefined ? "discrete" : "continuous");
  return traceNames.flatMap((name) => {
    const statement = loss.program.statements.findLast((one) => one.name === name);
    if (!statement || !loss.leaves.includes(name)) return [];
    const { program } = parseLoss(loss.program.text.slice(0, statement.end));
    const { compiled } = program
      ? compileLoss(program, symbols, { differentiable: headNames() })
      : { compiled: undefined };
    return compiled ? [{ name, compiled }] : [];
  });
}

/** Value and gradient of every trace after a step, from those before it. The gradient that `backend` holds is another then. */
export function carryOn(
  programs: readonly TraceProgram[],
  source: PolicySource,
  backend: KernelsBackend,
): CarriedTraces {
  const carried = programs.map(({ name, compiled }): readonly [string, CarriedTrace] => {
    const { value, gradient, heads } = evaluateForTraining(compiled, source);
    backend.backward(gradient.outputs, gradient.rows);
    addCarried(source.batch.carried, heads, (trace, weight) => backend.addToGradient(trace, weight));
    return [name, { value, gradient: backend.gradient().slice() }];
  });
  return Object.fromEntries(carried);
}

/** Hands the gradient of every trace that a loss reads to `add`, with ∂L/∂trace. */
export function addCarried(
  carried: CarriedTraces | undefined,
  { traces = {} }: Pick<HeadAdjoints, "traces">,
  add: (gradient: Float64Array, weight: number) => void,
): void {
  for (const [name, weight] of Object.entries(traces)) {
    const trace = carried?.[name];
    if (trace && weight !== 0) add(trace.gradient, weight);
  }
}

/** Adds weight · `gradient` to `into`. */
export function addScaled(into: Float64Array, gradient: Float64Array, weight: number): void {
  for (let i = 0; i < into.length; i++) into[i]! += weight * gradient[i]!;
}

/** A trace as a function of θ near the θ it stands at: linear, with the trace as its slope. */
export function traceAt({ value, gradient }: CarriedTrace, theta: Float64Array, from: Float64Array): number {
  let moved = value;
  for (let i = 0; i < gradient.length; i++) moved += gradient[i]! * (theta[i]! - from[i]!);
  return moved;
}
