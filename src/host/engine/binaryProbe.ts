/** Numbers that a JSON round trip, a float32 copy or a byte swap would damage. */
export function makeProbe(): Float64Array {
  return Float64Array.of(0, -0, Math.PI, -1 / 3, 5e-324, Number.MAX_VALUE, Infinity, -Infinity, NaN);
}

/** Whether a probe came through a message boundary as the typed array it was. */
export function isIntact(received: unknown): boolean {
  const expected = makeProbe();
  if (!(received instanceof Float64Array) && !isForeignFloat64Array(received)) return false;
  const numbers = received as Float64Array;
  return numbers.length === expected.length && expected.every((value, i) => Object.is(value, numbers[i]));
}

function isForeignFloat64Array(value: unknown): boolean {
  return Object.prototype.toString.call(value) === "[object Float64Array]";
}
