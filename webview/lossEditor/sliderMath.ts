import type { BareNumberView } from "../../src/protocol/views.ts";

export interface SliderRange {
  readonly low: number;
  readonly high: number;
  readonly step: number;
}

/** Names of quantities that lie between 0 and 1 by their meaning. */
const unitNames = new Set(["gamma", "γ", "lambda", "lambda_", "lam", "λ"]);

/** A range in which a number can sensibly be moved: its own power of ten, whole steps for whole numbers. */
export function sliderRange(name: string, value: number): SliderRange {
  if (unitNames.has(name) && value >= 0 && value <= 1) return { low: 0, high: 1, step: 0.001 };
  if (value === 0 || !Number.isFinite(value)) return { low: 0, high: 1, step: 0.001 };
  const size = 10 ** Math.ceil(Math.log10(Math.abs(value) * 1.0001));
  const whole = Number.isInteger(value) && Math.abs(value) >= 2;
  return { low: value < 0 ? -size : 0, high: size, step: whole ? Math.max(1, size / 1000) : size / 1000 };
}

/** The range to show: the one before while the value lies in it and is no speck of it, else a new one. */
export function keptRange(before: SliderRange | undefined, name: string, value: number): SliderRange {
  if (before === undefined || value < before.low || value > before.high) return sliderRange(name, value);
  return before;
}

/** How a slider's value is written into the text: as short as its step allows. */
export function sliderText(value: number, step: number): string {
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const rounded = Number(value.toFixed(Math.min(20, decimals)));
  return String(rounded);
}

/** Puts a new number into a text; the places of the numbers behind it move along. */
export function replaceNumber(
  text: string,
  numbers: readonly BareNumberView[],
  index: number,
  replacement: string,
): { readonly text: string; readonly numbers: readonly BareNumberView[] } {
  const { start, end } = numbers[index]!;
  const shift = replacement.length - (end - start);
  const moved = numbers.map((number, i) => {
    if (i === index) return { ...number, value: Number(replacement), end: start + replacement.length };
    return number.start >= end ? { ...number, start: number.start + shift, end: number.end + shift } : number;
  });
  return { text: text.slice(0, start) + replacement + text.slice(end), numbers: moved };
}
