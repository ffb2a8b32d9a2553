import { describe, expect, test } from "vitest";
import { checkedFacts, parseFacts, readFacts } from "../../../../src/engine/gym/description.ts";
import { gymRecord } from "../../../../src/engine/gym/gymRecord.ts";

const facts = {
  observation: { kind: "box", low: [-1, "-Infinity"], high: [1, "Infinity"] },
  action: { kind: "discrete", n: 6, counts: [2, 3] },
  timeLimit: 200,
  solvedAt: null,
  autoreset: "Disabled",
  gymnasium: "1.4.0",
  python: "3.11.7",
} as const;
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

describe("what Python says of an environment", () => {
  test("becomes spaces with names", () => {
    const read = readFacts(parseFacts(bytes(facts)));
    expect(read.observationSpace).toEqual({
      kind: "box",
      low: [-1, Number.NEGATIVE_INFINITY],
      high: [1, Number.POSITIVE_INFINITY],
      names: ["observation 0", "observation 1"],
    });
    expect(read.actionSpace).toEqual({
      kind: "discrete",
      n: 6,
      names: ["0,0", "0,1", "0,2", "1,0", "1,1", "1,2"],
    });
    expect([read.timeLimit, read.solvedAt]).toEqual([200, undefined]);
  });

  test("of one of n states becomes one-hot features, of several groups not", () => {
    const of = (counts: number[]) =>
      readFacts(parseFacts(bytes({ ...facts, observation: { kind: "oneHot", counts } }))).observationSpace;
    expect(of([3])).toMatchObject({ oneHot: true, names: ["state 0", "state 1", "state 2"] });
    expect(of([2, 1])).toMatchObject({ names: ["0: 0", "0: 1", "1: 0"] });
    expect(of([2, 1]).oneHot).toBeUndefined();
  });

  test.each([
    ["nothing", {}],
    ["an unknown mode", { ...facts, autoreset: "Sometimes" }],
    ["a size that no memory has", { ...facts, action: { kind: "discrete", n: 1e12 } }],
    ["a bound that is none", { ...facts, observation: { kind: "box", low: ["low"], high: [1] } }],
  ])("is refused where it is %s", (_, value) => {
    expect(() => parseFacts(bytes(value))).toThrow();
    expect(checkedFacts(value)).toBeUndefined();
  });

  test("makes a record that starts nothing", () => {
    const record = gymRecord("gym:Own-v0", parseFacts(bytes(facts)));
    expect(record).toMatchObject({ id: "gym:Own-v0", timeLimit: 200, isElsewhere: true });
    expect(record.create().actionSpace).toMatchObject({ n: 6 });
    expect(() => record.create().reset(undefined as never, new Float64Array(2), 0)).toThrow("in its Python");
  });
});
