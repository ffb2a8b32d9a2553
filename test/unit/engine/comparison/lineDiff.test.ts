import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { lineDiff } from "../../../../src/engine/comparison/lineDiff.ts";

const text = fc
  .array(fc.constantFrom("", "a", "b = 1", "loss = a * b"), { maxLength: 12 })
  .map((lines) => lines.join("\n"));
const linesOf = (whole: string) => (whole === "" ? [] : whole.replace(/\n$/, "").split("\n"));

test.prop([text, text])("the lines of both texts can be read off their difference", (before, after) => {
  const lines = lineDiff(before, after);
  const without = (kind: string) => lines.filter((line) => line.kind !== kind).map((line) => line.text);
  expect(without("added")).toEqual(linesOf(before));
  expect(without("removed")).toEqual(linesOf(after));
});

test.prop([text])("a text does not differ from itself", (same) => {
  expect(lineDiff(same, same).every(({ kind }) => kind === "same")).toBe(true);
});

test("an end of the last line is no difference", () => {
  expect(lineDiff("a\nb", "a\nb\n").map(({ kind }) => kind)).toEqual(["same", "same"]);
});

test("a changed line stands as removed before it stands as added", () => {
  expect(lineDiff("G = 1\nloss = G", "G = 2\nloss = G")).toEqual([
    { kind: "removed", text: "G = 1" },
    { kind: "added", text: "G = 2" },
    { kind: "same", text: "loss = G" },
  ]);
});
