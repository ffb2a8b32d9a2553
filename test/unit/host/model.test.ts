import { expect, test } from "vitest";
import { emptyModel, type HostEvent, targetRun, updateModel } from "../../../src/host/model.ts";
import { HostStore } from "../../../src/host/store.ts";
import { runView } from "./runViews.ts";

const one = runView({ run: "run-1", path: "/runs/one.pgrun" });
const two = runView({ run: "run-2", path: "/runs/two.pgrun" });
const after = (...events: HostEvent[]) => events.reduce(updateModel, emptyModel);

test("commands act on the run of the focused panel, else on the one trained last", () => {
  const both = after(
    { kind: "opened", view: one, active: true },
    { kind: "opened", view: two, active: false },
  );
  expect(targetRun(both)).toBe(one);
  expect(targetRun(updateModel(both, { kind: "focused", path: two.path }))).toBe(two);
  expect(targetRun(updateModel(both, { kind: "focused", path: null }))).toBe(one);
});

test("without a focused panel and without training, commands act on the run opened last", () => {
  const both = after(
    { kind: "opened", view: one, active: false },
    { kind: "opened", view: two, active: false },
  );
  expect(targetRun(both)).toBe(two);
  expect(targetRun(updateModel(both, { kind: "closed", path: two.path }))).toBe(one);
});

test("a focused panel without an open run leaves the run trained last as the target", () => {
  const model = after(
    { kind: "opened", view: one, active: true },
    { kind: "focused", path: "/runs/absent.pgrun" },
  );
  expect(targetRun(model)).toBe(one);
});

test("progress changes only the run that it belongs to", () => {
  const both = after(
    { kind: "opened", view: one, active: true },
    { kind: "opened", view: two, active: false },
  );
  const progress = { ...two.progress, update: 542 };
  const next = updateModel(both, { kind: "progress", progress });
  expect(next.runs[one.path]).toBe(one);
  expect(next.runs[two.path]?.progress.update).toBe(542);
});

test("progress of an unknown run changes nothing at all", () => {
  const model = after({ kind: "opened", view: one, active: true });
  expect(updateModel(model, { kind: "progress", progress: two.progress })).toBe(model);
});

test("a run opened again under a new identifier replaces the old one", () => {
  const reopened = { ...one, run: "run-9" };
  const model = after(
    { kind: "opened", view: one, active: true },
    { kind: "opened", view: reopened, active: true },
  );
  expect(Object.values(model.runs)).toEqual([reopened]);
});

test("a closed run is no target any more", () => {
  const model = after({ kind: "opened", view: one, active: true }, { kind: "closed", path: one.path });
  expect([targetRun(model), model.activePath, model.runs]).toEqual([undefined, null, {}]);
});

test("listeners hear of changes with the model before, and of nothing where nothing changed", () => {
  const store = new HostStore();
  const heard: [unknown, unknown][] = [];
  const listening = store.onChange((model, before) => heard.push([before.trusted, model.trusted]));
  store.dispatch({ kind: "trust", trusted: false });
  store.dispatch({ kind: "trust", trusted: false });
  listening.dispose();
  store.dispatch({ kind: "trust", trusted: true });
  expect(heard).toEqual([[true, false]]);
});
