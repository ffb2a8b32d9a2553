import { describe, expect, test } from "vitest";
import {
  comparedGroup,
  drawnGroups,
  lastPlace,
  pairRequest,
  pointAt,
  styleOf,
} from "../../../../webview/comparison/selectors.ts";
import {
  type ComparisonAction,
  type ComparisonState,
  initialState,
  memoryOf,
  reduce,
} from "../../../../webview/comparison/state.ts";
import { band, group, hostState } from "./example.ts";

function stateOf(groups: Parameters<typeof hostState>[0], ...actions: ComparisonAction[]): ComparisonState {
  const host: ComparisonAction = { kind: "host", host: hostState(groups) };
  return [host, ...actions].reduce(reduce, initialState(null));
}

const names = (state: ComparisonState) => drawnGroups(state).map(({ group: { id } }) => id);

describe("the drawn groups", () => {
  const groups = [
    group("a"),
    group("b", { environment: "Acrobot-v1" }),
    group("c"),
    group("empty", { curve: band([]) }),
  ];

  test("are those of one environment that have a curve and are not hidden", () => {
    expect(names(stateOf(groups))).toEqual(["a", "c"]);
    expect(names(stateOf(groups, { kind: "environment", environment: "Acrobot-v1" }))).toEqual(["b"]);
    expect(names(stateOf(groups, { kind: "toggleHidden", group: "a" }))).toEqual(["c"]);
    const twice: ComparisonAction[] = [
      { kind: "toggleHidden", group: "a" },
      { kind: "toggleHidden", group: "a" },
    ];
    expect(names(stateOf(groups, ...twice))).toEqual(["a", "c"]);
    expect(lastPlace(drawnGroups(stateOf(groups)))).toBe(30);
  });

  test("keep their style whatever is hidden, and no two of few look the same", () => {
    expect(drawnGroups(stateOf(groups, { kind: "toggleHidden", group: "a" }))[0]!.place).toBe(2);
    const styles = Array.from({ length: 36 }, (_, place) => styleOf(place));
    expect(new Set(styles.map(({ colour, dash }) => `${colour} ${dash}`)).size).toBe(36);
    expect(new Set(styles.map(({ letter }) => letter)).size).toBe(36);
  });
});

test("a curve's point is the last at or before x, and none beyond its end", () => {
  const one = group("a");
  expect([5, 10, 19, 30, 31].map((x) => pointAt(one, x))).toEqual([null, 0, 0, 2, null]);
});

describe("the pair that is asked for", () => {
  const groups = [group("a"), group("same", { loss: "loss of a" }), group("b")];

  test("is the first loss and the first other one, on the first run with an update", () => {
    expect(pairRequest(stateOf(groups))).toEqual({
      path: "/a.pgrun",
      update: null,
      a: "loss of a",
      b: "loss of b",
    });
    const waiting = { ...group("a").runs[0]!, updates: 0 };
    expect(pairRequest(stateOf([group("a", { runs: [waiting] }), group("b")]))!.path).toBe("/b.pgrun");
    expect(pairRequest(stateOf([group("a", { runs: [waiting] })]))).toBeNull();
    expect(pairRequest(stateOf([]))).toBeNull();
  });

  test("turns to the second group's batch where the first does not fit", () => {
    expect(pairRequest(stateOf(groups, { kind: "takeSecond" }))!.path).toBe("/b.pgrun");
  });

  test("is what a person chose, as long as there is such a run", () => {
    const change = { path: "/same.pgrun", update: 7, b: "mine" };
    expect(pairRequest(stateOf(groups, { kind: "pair", change }))).toEqual({ ...change, a: "loss of a" });
    expect(pairRequest(stateOf(groups, { kind: "pair", change: { path: "/gone.pgrun" } }))!.path).toBe(
      "/a.pgrun",
    );
  });
});

test("the loss shown against the first is the chosen group's, else the first other one", () => {
  const groups = [group("a"), group("same", { loss: "loss of a" }), group("b")];
  expect(comparedGroup(stateOf(groups))!.place).toBe(2);
  expect(comparedGroup(stateOf(groups, { kind: "against", group: "same" }))!.place).toBe(1);
  expect(comparedGroup(stateOf([group("a"), group("same", { loss: "loss of a" })]))).toBeNull();
});

test("what is kept over a reload comes back", () => {
  const change = { update: 7, a: "mine" };
  const state = stateOf([group("a")], { kind: "pair", change }, { kind: "toggleHidden", group: "a" });
  const memory = memoryOf(state)!;
  expect(memoryOf(reduce(initialState(memory), { kind: "host", host: state.host! }))).toEqual(memory);
  expect(memory).toMatchObject({ paths: ["/runs"], hidden: ["a"], pair: change });
  expect(memoryOf(initialState(null))).toBeNull();
});
