import { expect, test } from "vitest";
import { lineShapes } from "../../../../src/host/traces/lineShapes.ts";
import type { RecordedNameView } from "../../../../src/protocol/traceViews.ts";

function recorded(
  name: string,
  shape: readonly number[],
  more: Partial<RecordedNameView> = {},
): RecordedNameView {
  const value = {
    count: 1,
    minimum: 1.25,
    mean: 1.25,
    maximum: 1.25,
    deviation: 0,
    notANumber: 0,
    infinite: 0,
    sparkline: "",
    first: [1.25],
  };
  return {
    name,
    isWatched: false,
    source: { file: "train.py", line: 7 },
    update: 1,
    shape,
    value,
    gradient: null,
    ...more,
  };
}

test("the line of the update names what its loss is made of, the loss first", () => {
  const names = [recorded("logits", [48, 2]), recorded("log_prob", [48]), recorded("loss", [])];
  expect(lineShapes(names)).toEqual([{ line: 7, text: "loss 1.25 · log_prob [48] · logits [48, 2]" }]);
});

test("what was watched stands at its own line, and columns of the steps nowhere", () => {
  const watched = recorded("h", [3], { isWatched: true, source: { file: "train.py", line: 3 } });
  expect(lineShapes([recorded("obs", [48, 4]), watched, recorded("loss", [], { source: null })])).toEqual([
    { line: 3, text: "h [3]" },
  ]);
});

test("many names are cut, and what is no number is said", () => {
  const names = ["a", "b", "c", "d", "e", "f"].map((name) => recorded(name, [2], { isWatched: true }));
  const value = { ...names[0]!.value, notANumber: 1 };
  expect(lineShapes([{ ...names[0]!, value }, ...names.slice(1)])).toEqual([
    { line: 7, text: "a [2] with NaN · b [2] · c [2] · d [2] · e [2] · …" },
  ]);
});
