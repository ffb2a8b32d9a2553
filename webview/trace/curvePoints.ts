/**
 * The points of a curve through [N] values as SVG polylines "x,y x,y …", the largest value on top, with a margin of 3;
 * a value that is null or not finite parts the line in two.
 */
export function curvePoints(
  values: readonly (number | null)[],
  { width, height }: { readonly width: number; readonly height: number },
): readonly string[] {
  const isKnown = (value: number | null | undefined): value is number =>
    value !== null && value !== undefined && Number.isFinite(value);
  const known = values.filter(isKnown);
  // Halved, so that the distance of the largest numbers is a number too.
  const low = Math.min(...known) / 2;
  const span = Math.max(...known) / 2 - low || 1;
  const margin = 3;
  const parts: string[][] = [[]];
  values.forEach((value, index) => {
    if (!isKnown(value)) {
      parts.push([]);
      return;
    }
    const x = margin + (index / Math.max(1, values.length - 1)) * (width - 2 * margin);
    const y = height - margin - ((value / 2 - low) / span) * (height - 2 * margin);
    parts.at(-1)!.push(`${x.toFixed(1)},${y.toFixed(1)}`);
  });
  return parts.filter((part) => part.length > 0).map((part) => part.join(" "));
}
