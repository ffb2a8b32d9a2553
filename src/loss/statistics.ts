/** What a hover says of a tensor's numbers; NaN and infinities are counted apart. */
export interface Statistics {
  readonly count: number;
  readonly minimum: number;
  readonly mean: number;
  readonly maximum: number;
  readonly deviation: number;
  readonly notANumber: number;
  readonly infinite: number;
  readonly sparkline: string;
}

const bars = [..."▁▂▃▄▅▆▇█"];

export function statisticsOf(values: Float64Array, width = 24): Statistics {
  const finite = values.filter(Number.isFinite);
  const notANumber = values.filter(Number.isNaN).length;
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  const minimum = finite.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const maximum = finite.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const square = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    count: values.length,
    minimum: finite.length > 0 ? minimum : Number.NaN,
    mean,
    maximum: finite.length > 0 ? maximum : Number.NaN,
    deviation: Math.sqrt(square / Math.max(1, finite.length - 1)),
    notANumber,
    infinite: values.length - finite.length - notANumber,
    sparkline: sparkline(values, minimum, maximum, width),
  };
}

function sparkline(values: Float64Array, minimum: number, maximum: number, width: number): string {
  const points = Math.min(width, values.length);
  return Array.from({ length: points }, (_, point) => {
    const value = values[Math.floor((point * values.length) / points)] as number;
    if (!Number.isFinite(value)) return "×";
    const share = maximum > minimum ? (value - minimum) / (maximum - minimum) : 0.5;
    return bars[Math.min(bars.length - 1, Math.floor(share * bars.length))] as string;
  }).join("");
}
