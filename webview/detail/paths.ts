/** An SVG path through points x, y, x, y …; tenths of a pixel are enough. */
export function way(points: readonly number[]): string {
  return points.map((value, i) => `${i === 0 ? "M" : i % 2 === 0 ? "L" : " "}${round(value)}`).join("");
}

const round = (value: number) => Math.round(value * 10) / 10;
const headLength = 7;

/** The two strokes of an arrow's head, at the end of its way. */
export function head(points: readonly number[]): string {
  const [fromX, fromY, x, y] = points.slice(-4) as [number, number, number, number];
  const direction = Math.atan2(y - fromY, x - fromX);
  const stroke = (turn: number) =>
    `${round(x - headLength * Math.cos(direction + turn))} ${round(y - headLength * Math.sin(direction + turn))}`;
  return `M${stroke(0.6)}L${round(x)} ${round(y)}L${stroke(-0.6)}`;
}
