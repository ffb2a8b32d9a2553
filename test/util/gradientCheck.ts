import { expect } from "vitest";
import type { CompiledLoss } from "../../src/loss/evaluate.ts";
import type { Tensor } from "../../src/loss/tensor.ts";

const STEP = 1e-6;
const ABSOLUTE = 1e-5;
const RELATIVE = 1e-3;

/** Second differences above this, over the step, mean a kink or a jump within reach. */
const KINK = 1e-2;

function valueAt(
  compiled: CompiledLoss,
  inputs: ReadonlyMap<string, Tensor>,
  name: string,
  index: number,
  shift: number,
): number {
  const tensor = inputs.get(name)!;
  const data = tensor.data.slice();
  data[index]! += shift;
  const result = compiled.evaluate(new Map([...inputs, [name, { ...tensor, data }]]));
  if (!result.ok) throw new Error(result.diagnostics[0]!.message);
  return result.value;
}

/**
 * Holds the gradient of every differentiable leaf against central differences at the tolerances of torch's gradcheck
 * (step 1e-6, 1e-5 absolute, 1e-3 relative). Coordinates next to a kink, and values too large for the step to be
 * seen, are left out. Returns how many coordinates were compared.
 */
export function expectGradients(
  compiled: CompiledLoss,
  inputs: ReadonlyMap<string, Tensor>,
  constants: ReadonlySet<string> = new Set(),
): number {
  const evaluation = compiled.evaluate(inputs);
  if (!evaluation.ok) throw new Error(evaluation.diagnostics[0]!.message);
  let compared = 0;
  for (const name of compiled.leaves) {
    if (inputs.get(name)!.boolean || constants.has(name)) continue;
    const adjoint = evaluation.adjoint(name)!;
    for (let index = 0; index < adjoint.length; index++) {
      const above = valueAt(compiled, inputs, name, index, STEP);
      const below = valueAt(compiled, inputs, name, index, -STEP);
      const bend = Math.abs(above - 2 * evaluation.value + below) / STEP;
      const size = Math.max(Math.abs(above), Math.abs(below), Math.abs(evaluation.value));
      if (!(bend < KINK) || size > 1e4) continue;
      const difference = (above - below) / (2 * STEP);
      const allowed = ABSOLUTE + RELATIVE * Math.abs(difference);
      const where = `d/d${name}[${index}] of ${compiled.program.text}`;
      expect(
        Math.abs(adjoint[index]! - difference),
        `${where}: ${adjoint[index]} against ${difference}`,
      ).toBeLessThanOrEqual(allowed);
      compared++;
    }
  }
  return compared;
}
