import { expect, test } from "vitest";
import { emptyModel, type HostModel, updateModel } from "../../../src/host/model.ts";
import { formatRate, statusText } from "../../../src/host/training/statusText.ts";
import { runView } from "./runViews.ts";

const running: HostModel = { ...emptyModel, health: { state: "running" } };
const withRun = (view = runView()) => updateModel(running, { kind: "opened", view, active: true });

test("says episode, average and rate while training", () => {
  expect(statusText(withRun())?.text).toBe("$(sync~spin) ep 541 · avg 187.3 · 412 k steps/s");
});

test("leaves the rate out when nothing trains", () => {
  const paused = runView({ progress: { state: "paused" } });
  expect(statusText(withRun(paused))?.text).toBe("$(debug-pause) ep 541 · avg 187.3");
});

test("stays short", () => {
  const large = runView({
    progress: { episode: 9_999_999, averageReturn: -1234.5678e5, stepsPerSecond: 9.99e6 },
  });
  expect(statusText(withRun(large))!.text.length).toBeLessThanOrEqual(60);
});

test("says nothing before anything was asked of the engine", () => {
  expect(statusText(emptyModel)).toBeUndefined();
  expect(statusText(running)).toBeUndefined();
});

test("speaks of the engine's trouble first, and marks it", () => {
  const down = updateModel(withRun(), { kind: "health", health: { state: "down", message: "No Node." } });
  expect(statusText(down)).toMatchObject({ details: ["No Node."], warning: true });
  expect(statusText(down)!.text).toContain("engine down");
});

test("shows a dash for an average that is not there yet", () => {
  const fresh = runView({ progress: { averageReturn: Number.NaN } });
  expect(statusText(withRun(fresh))!.text).toContain("avg –");
});

test("tells why a run failed", () => {
  const failed = runView({ progress: { state: "failed", message: "the loss is NaN at update 12" } });
  expect(statusText(withRun(failed))!.details).toContain("the loss is NaN at update 12");
});

test.each([
  [0, "0 steps/s"],
  [999, "999 steps/s"],
  [999.6, "1 k steps/s"],
  [412_345, "412 k steps/s"],
  [999_600, "1.00 M steps/s"],
  [1_234_567, "1.23 M steps/s"],
  [Number.NaN, "– steps/s"],
])("%d a second are %s", (rate, text) => {
  expect(formatRate(rate)).toBe(text);
});
