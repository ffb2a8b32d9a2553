/** Replaces the hyphen by a minus sign, which has a digit's width. */
function withMinus(text: string): string {
  return text.replaceAll("-", "−");
}

/** A number to some significant digits; very large and very small ones with a power of ten. */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return formatUnusual(value);
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude >= 1e6 || magnitude < 1e-4)) return formatPower(value, digits - 2);
  if (Number.isInteger(value)) return withMinus(String(value));
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(magnitude)));
  return withMinus(value.toFixed(Math.min(decimals, 8)));
}

/** A number with a fixed count of decimals, so that a column of them lines up. */
export function formatFixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return formatUnusual(value);
  return withMinus(Math.abs(value) >= 1e9 ? value.toExponential(3) : value.toFixed(decimals));
}

/** Every digit the number has. */
export function formatExact(value: number): string {
  return Number.isFinite(value) ? withMinus(String(value)) : formatUnusual(value);
}

/** A signed number: a plus sign for what is above zero. */
export function formatSigned(value: number, digits = 4): string {
  return value > 0 ? `+${formatNumber(value, digits)}` : formatNumber(value, digits);
}

/** A count with thin spaces between thousands. */
export function formatCount(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/gu, " ");
}

/** "1 update", "1 234 updates". */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** A rate in words of its size: 410000 → "0.41 M", 5200 → "5.2 k". */
export function formatRate(value: number): string {
  if (value >= 100_000) return `${(value / 1e6).toFixed(2)} M`;
  if (value >= 1_000) return `${(value / 1e3).toFixed(1)} k`;
  return value.toFixed(0);
}

/** Decimals with which a column whose largest magnitude is `extent` shows about five digits. */
export function decimalsFor(extent: number | undefined): number {
  if (extent === undefined || !(extent > 0) || !Number.isFinite(extent)) return 4;
  return Math.min(6, Math.max(0, 4 - Math.max(0, Math.floor(Math.log10(extent)))));
}

/** A tensor's shape as people write it: [248, 2], or "scalar". */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 0 ? "scalar" : `[${shape.join(", ")}]`;
}

function formatUnusual(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "∞" : "−∞";
}

function formatPower(value: number, digits: number): string {
  const [mantissa = "", exponent = ""] = value.toExponential(Math.max(0, digits)).split("e");
  return withMinus(`${mantissa}e${exponent.replace("+", "")}`);
}
