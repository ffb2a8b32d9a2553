import type { ShapeRole, ShapeView } from "../../protocol/scene.ts";

/** Width of every scene. */
export const sceneWidth = 240;

export function box(x: number, y: number, width: number, height: number, role: ShapeRole): ShapeView {
  return { kind: "area", points: [x, y, x + width, y, x + width, y + height, x, y + height], role };
}

export function frame(x: number, y: number, width: number, height: number, role: ShapeRole): ShapeView {
  return { kind: "line", points: [x, y, x + width, y, x + width, y + height, x, y + height, x, y], role };
}

/** An arc with a head: from angle `start` by `sweep` radians, angles clockwise from the right. */
export function turn(
  x: number,
  y: number,
  radius: number,
  start: number,
  sweep: number,
  output: number,
): ShapeView {
  const parts = 16;
  const points = Array.from({ length: parts + 1 }, (_, i) => start + (sweep * i) / parts).flatMap((angle) => [
    x + radius * Math.cos(angle),
    y + radius * Math.sin(angle),
  ]);
  return { kind: "arrow", points, output };
}

/** A number in words: three significant digits, with a real minus. */
export function short(value: number): string {
  return String(Number(value.toPrecision(3))).replace("-", "−");
}

/** Says where an action counts as less than it is; empty where it does not. */
export function clippedWords(value: number, low: number, high: number): string {
  return value < low || value > high ? `, clipped to ${short(value < low ? low : high)}` : "";
}
