import { advance, asLongAs, type FunctionText, f64, get, i32, type Local } from "./assembler.ts";
import { pairBytes } from "./controlText.ts";

/** One number of every unit: in θ `step` bytes apart, and packed in pairs of units. Copies it the one way or the other. */
function copyText(name: string, isPacking: boolean): FunctionText {
  return {
    name,
    parameters: ["i32", "i32", "i32", "i32"],
    body(parameters) {
      const [flat, step, packed, pairs] = parameters as [Local, Local, Local, Local];
      const copy = (offset: number) =>
        isPacking
          ? f64.store(get(packed), f64.load(get(flat)), offset)
          : f64.store(get(flat), f64.load(get(packed), offset));
      return [
        asLongAs(get(pairs), [
          copy(0),
          advance(flat, get(step)),
          copy(8),
          advance(flat, get(step)),
          advance(packed, i32.constant(pairBytes)),
          advance(pairs, i32.constant(-1)),
        ]),
      ];
    },
  };
}

/** packColumn(flat, step, packed, pairs), and back. */
export const packColumnText = copyText("packColumn", true);
export const unpackColumnText = copyText("unpackColumn", false);
