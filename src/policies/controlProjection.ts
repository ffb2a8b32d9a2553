import { headInput, headLogits, logitBiases, unitPlace } from "./controlLayout.ts";

/** g_t · g for one step, with g packed at `gradient` as the parameters are at `packed`. */
export function projectControl(
  memory: Float64Array,
  packed: number,
  gradient: number,
  paddedUnits: number,
  head: number,
  output: number,
): number {
  const e0 = memory[head + headLogits]!;
  const e1 = memory[head + headLogits + 1]!;
  const biases = logitBiases(gradient, paddedUnits);
  let sum = e0 * memory[biases]! + e1 * memory[biases + 1]!;
  for (let j = 0; j < paddedUnits; j++) {
    const value = memory[output + j]!;
    if (!(value > 0)) continue;
    const w = unitPlace(packed, j, 0);
    const g = unitPlace(gradient, j, 0);
    let slope = memory[g]!;
    for (let i = 0; i < 4; i++) slope += memory[g + 2 + 2 * i]! * memory[head + headInput + i]!;
    sum += (memory[w + 10]! * e0 + memory[w + 12]! * e1) * slope;
    sum += value * (memory[g + 10]! * e0 + memory[g + 12]! * e1);
  }
  return sum;
}
