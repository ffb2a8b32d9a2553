import { expect, test } from "vitest";
import type { HostState, TraceSubject } from "../../../../src/protocol/panel.ts";
import { isOf } from "../../../../webview/selectors.ts";
import { initialState, memoryOf, type PanelState, reduce } from "../../../../webview/state.ts";

/** The state of the page of a trace with so many updates. */
function traceState(updates: number, run = "trace1.1"): PanelState {
  const progress = {
    run,
    state: "reading",
    update: updates,
    episode: 1,
    steps: 10,
    lastReturn: Number.NaN,
    averageReturn: Number.NaN,
    stepsPerSecond: 0,
    solved: false,
  } as const;
  const subject: TraceSubject = { run, path: "/w/a.pgtrace", title: "a.pgtrace", own: false, progress };
  const trace = { overview: null, diagnosis: null, problem: null, isReading: false };
  const host: HostState = {
    version: 1,
    probe: new Float64Array(),
    engine: { state: "running" },
    run: subject,
    trace,
    trusted: true,
    reducedMotion: false,
  };
  return reduce(initialState(null), { kind: "host", host });
}

test("a trace's page begins with its findings, and follows its newest update", () => {
  expect(traceState(7)).toMatchObject({ side: "findings", selected: 7, follow: true });
});

test("the steps of a finding are shown in their update, marked, and the first of them selected", () => {
  const state = reduce(traceState(7), { kind: "place", finding: "wrong_sign", update: 3, steps: [4, 5] });
  expect(state).toMatchObject({ side: "steps", selected: 3, step: 4, follow: false });
  expect(state.marks).toEqual({ finding: "wrong_sign", update: 3, steps: new Set([4, 5]) });
});

test("an update that is opened from the list is shown step by step", () => {
  const state = reduce(traceState(7), { kind: "open", update: 2 });
  expect(state).toMatchObject({ side: "steps", selected: 2, follow: false });
  expect(memoryOf(state)).toMatchObject({ side: "steps", update: 2, path: "/w/a.pgtrace" });
});

test("a file that was replaced keeps the selection as far as it still is one", () => {
  const state = reduce(traceState(7), { kind: "open", update: 6 });
  const replaced = traceState(2, "trace1.2").host!;
  expect(reduce(state, { kind: "host", host: replaced })).toMatchObject({ selected: 2, updates: 2 });
});

test("a finding is told beside the updates that it is of, also those that its list has no room for", () => {
  const finding = { updates: [2, 3], updateCount: 2 };
  expect([1, 2, 3, 4].filter((number) => isOf(finding, number))).toEqual([2, 3]);
  const cut = { updates: [2, 3], updateCount: 9 };
  expect([1, 2, 3, 4].filter((number) => isOf(cut, number))).toEqual([2, 3, 4]);
  expect(isOf({ ...finding, updates: [], updateCount: 0 }, 7)).toBe(true);
});
