const lineLength = 96;

/** Python that makes an array of float64 out of numbers in the text, every bit of them. */
export function embedded(name: string, values: ArrayLike<number>, shape: readonly number[]): string {
  const numbers = Float64Array.from(values);
  const text = Buffer.from(numbers.buffer).toString("base64");
  const lines = text.match(new RegExp(`.{1,${lineLength}}`, "g")) ?? [];
  const tuple = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  if (lines.length < 2) return `${name} = numbers("${text}", ${tuple})`;
  return `${name} = numbers(\n    """\n${lines.map((line) => `    ${line}`).join("\n")}\n    """,\n    ${tuple},\n)`;
}

/** A long text as a Python literal of several lines, its white space taken out. */
export function textLines(text: string): string {
  const lines = text.match(new RegExp(`.{1,${lineLength}}`, "g")) ?? [];
  return `"".join(\n    """\n${lines.map((line) => `    ${line}`).join("\n")}\n    """.split()\n)`;
}

/** A number as Python writes it, with all its digits. */
export function pythonNumber(value: number): string {
  if (Number.isNaN(value)) return 'float("nan")';
  if (!Number.isFinite(value)) return value > 0 ? 'float("inf")' : 'float("-inf")';
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value);
}
