import { expect, test } from "vitest";
import { emptyModel, type HostModel, updateModel } from "../../../src/host/model.ts";
import { hostState, stateDiffers } from "../../../src/host/panel/hostState.ts";
import { runView } from "./runViews.ts";

const view = runView();
const model: HostModel = updateModel(emptyModel, { kind: "opened", view, active: true });
const page = { probe: Float64Array.of(1), reducedMotion: false };

test("a panel is told of its own run and of no other", () => {
  expect(hostState(model, view.path, page).run).toBe(view);
  expect(hostState(model, "/runs/else.pgrun", page).run).toBeNull();
  expect(hostState(model, null, page).run).toBeNull();
});

test("an engine that sleeps is one about to start", () => {
  expect(hostState(model, null, page).engine).toEqual({ state: "starting" });
});

test("progress alone is no new state", () => {
  const next = updateModel(model, { kind: "progress", progress: { ...view.progress, update: 600 } });
  expect(stateDiffers(model, next, view.path)).toBe(false);
});

test.each([
  ["another loss", { settings: { ...view.settings, loss: "loss = entropy.sum()" } }],
  ["another identifier after a restart", { run: "run-2" }],
  ["a run that is only read now", { own: false }],
])("%s is a new state", (_, change) => {
  const next = updateModel(model, { kind: "opened", view: { ...view, ...change }, active: true });
  expect(stateDiffers(model, next, view.path)).toBe(true);
});

test("the engine's health is a new state for every panel", () => {
  const next = updateModel(model, { kind: "health", health: { state: "down", message: "gone" } });
  expect(stateDiffers(model, next, null)).toBe(true);
});
