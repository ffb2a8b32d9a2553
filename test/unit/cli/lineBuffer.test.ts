import { expect, test } from "vitest";
import { LineBuffer } from "../../../src/cli/lineBuffer.ts";

function recorded() {
  const written: string[] = [];
  return { written, buffer: new LineBuffer((text) => written.push(text)) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("lines of one turn are written at once, in order", async () => {
  const { written, buffer } = recorded();
  for (const line of ["a\n", "b\n", "c\n"]) buffer.add(line);
  expect(written).toEqual([]);
  await turn();
  expect(written).toEqual(["a\nb\nc\n"]);
  buffer.add("d\n");
  await turn();
  expect(written).toEqual(["a\nb\nc\n", "d\n"]);
});

test("what waits is written when asked, and once only", async () => {
  const { written, buffer } = recorded();
  buffer.add("a\n");
  buffer.flush();
  buffer.flush();
  await turn();
  expect(written).toEqual(["a\n"]);
});

test("a turn that never ends does not hold back more than some thousand lines", () => {
  const { written, buffer } = recorded();
  const line = `${"x".repeat(99)}\n`;
  for (let n = 0; n < 1000; n++) buffer.add(line);
  expect(written.join("").length).toBeGreaterThan(30_000);
});
