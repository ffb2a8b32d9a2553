import { headNames } from "../../loss/names.ts";
import type { Tensor } from "../../loss/tensor.ts";
import type { Checked } from "./checks.ts";
import { derivativeAtZero } from "./differences.ts";

const step = 2 ** -10;
/** Numbers of one head that are looked at. */
const mostPlaces = 64;

/** ∂L/∂head by autodiff beside central differences of the loss as a function of that head, element by element. */
export interface HeadDifference {
  readonly name: string;
  readonly autodiff: readonly number[];
  readonly differences: readonly number[];
}

export function headDifferences({ held, inputs, evaluation }: Checked): HeadDifference[] {
  const heads = headNames();
  const noise = Number.EPSILON * Math.abs(evaluation.value);
  return held.compiled.leaves
    .filter((name) => heads.has(name))
    .map((name) => {
      const tensor = inputs.get(name)!;
      const places = Array.from({ length: Math.min(tensor.data.length, mostPlaces) }, (_, place) => place);
      const adjoint = evaluation.evaluation.adjoint(name);
      const moved = (place: number) => (h: number) =>
        valueWith(held.compiled, inputs, name, tensor, place, h);
      return {
        name,
        autodiff: places.map((place) => adjoint?.[place] ?? 0),
        differences: places.map((place) => derivativeAtZero(moved(place), step, noise).value),
      };
    });
}

function valueWith(
  loss: Checked["held"]["compiled"],
  inputs: ReadonlyMap<string, Tensor>,
  name: string,
  tensor: Tensor,
  place: number,
  h: number,
): number {
  const data = tensor.data.slice();
  data[place]! += h;
  const result = loss.evaluate(new Map([...inputs, [name, { ...tensor, data }]]), { keep: "leaves" });
  return result.ok ? result.value : Number.NaN;
}
