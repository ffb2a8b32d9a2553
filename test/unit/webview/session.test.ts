import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { editorText, isEdited, shownColumns, shownProof, shownSource } from "../../../webview/selectors.ts";
import type { PanelState } from "../../../webview/state.ts";
import { poll } from "../../util/poll.ts";
import { openSession } from "./host.ts";

beforeAll(() => {
  vi.stubGlobal("requestAnimationFrame", (callback: () => void) => setTimeout(callback, 1));
});
afterAll(() => {
  vi.unstubAllGlobals();
});

const drawn = (state: PanelState) =>
  state.curve !== null &&
  state.series !== null &&
  state.detail.trainer !== undefined &&
  state.evaluation !== null &&
  state.row !== null &&
  Object.keys(state.extents).length > 0;

async function started(memory: Parameters<typeof openSession>[0] = null) {
  const opened = openSession(memory);
  await opened.session.start(memory);
  await opened.until("everything of the first update", drawn);
  return opened;
}

describe("a page that has said hello", () => {
  test("asks for all it draws of the latest update, once each", async () => {
    const { store, calls } = await started();
    expect(store.state).toMatchObject({ probe: "intact", selected: 40, updates: 40, failures: {} });
    const methods = calls.map(({ method }) => method);
    for (const method of ["ready", "curve", "select", "evaluate", "step", "rowOf"]) {
      expect(methods.filter((name) => name === method)).toEqual([method]);
    }
  });

  test("follows the training while it is told to, and then stays where it is", async () => {
    const { store, situation, host, until } = await started();
    situation.run!.updates = 42;
    host.emit("runChanged", { run: "run-1", updates: 42 });
    await until("update 42", (state) => state.update?.update === 42);
    store.dispatch({ kind: "select", update: 17 });
    await until("update 17", (state) => state.update?.update === 17);
    situation.run!.updates = 43;
    host.emit("runChanged", { run: "run-1", updates: 43 });
    await until("a curve of 43", (state) => state.curve?.updates === 43);
    expect(store.state.update?.update).toBe(17);
  });

  test("does not change the step under a reader who has picked one", async () => {
    const { store, situation, host, until } = await started();
    store.dispatch({ kind: "step", step: 3 });
    situation.run!.updates = 60;
    host.emit("runChanged", { run: "run-1", updates: 60 });
    await until("a curve of 60", (state) => state.curve?.updates === 60);
    expect(store.state).toMatchObject({ selected: 40, step: 3 });
  });

  test("never sends numbers to be remembered", async () => {
    const { store, kept, until } = await started();
    store.dispatch({ kind: "edit", text: "loss = -log_pi.sum()" });
    await until("the edit's evaluation", (state) => state.check?.text === "loss = -log_pi.sum()");
    await poll("the edit to be kept", () => kept.at(-1)?.lossText ?? undefined);
    expect(kept.at(-1)).toEqual({
      path: store.state.host?.run?.path,
      update: 40,
      step: 0,
      follow: false,
      lossText: "loss = -log_pi.sum()",
      source: "edited",
      sort: null,
      scroll: 0,
      side: "findings",
    });
  });

  test("asks for nothing that the host refuses", async () => {
    const { store, session, until } = await started();
    store.dispatch({ kind: "sort", sort: { column: "share", descending: true } });
    store.dispatch({ kind: "hover", step: 2 });
    await until("values under the pointer", (state) => state.hoverValues?.step === 2);
    await session.applySettings({ gamma: 0.9 });
    await session.command("exportCsv");
    await session.setPinned(true);
    await session.copy("−57.48");
    expect(await session.node("loss = -log_pi.sum()", 9)).toMatchObject({ text: "log_pi" });
    expect(await session.explainCell(2, "G")).not.toBeNull();
    expect(store.state.failures).toEqual({});
  });

  test("learns from the host that its numbers were damaged on the way there", async () => {
    const opened = openSession(null, (message) => JSON.parse(JSON.stringify(message)));
    await opened.session.start(null);
    expect(opened.store.state.probe).toBe("damaged");
    expect(opened.store.state.failures.ready).toContain("another extension");
  });

  test("takes up where it was after a reload", async () => {
    const memory = {
      path: null,
      update: 12,
      step: 5,
      follow: false,
      lossText: "G = discounted_returns(r, gamma)\nloss = -(G * log_pi).sum()",
      source: "trainer" as const,
      sort: { column: "share", descending: true },
      scroll: 44,
    };
    const { store } = await started(memory);
    expect(store.state).toMatchObject({ selected: 12, step: 5, sort: memory.sort, scroll: 44 });
    expect(editorText(store.state)).toBe(memory.lossText);
  });
});

describe("a page that follows a run at full speed", () => {
  test("leaves the engine most of its time", async () => {
    const { situation, host, calls, until } = await started();
    situation.run!.state = "training";
    host.emit("progress", situation.run!.progress("run-1"));
    const before = calls.length;
    const start = performance.now();
    for (let updates = 41; updates <= 440; updates++) {
      situation.run!.updates = updates;
      host.emit("runChanged", { run: "run-1", updates });
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    const seconds = (performance.now() - start) / 1000;
    const selected = calls.slice(before).filter(({ method }) => method === "select").length;
    expect(selected).toBeGreaterThan(0);
    expect(selected).toBeLessThanOrEqual(5 * seconds + 1);
    await until("the last update", (state) => state.update?.update === 440);
  });
});

describe("an edit of the loss", () => {
  const withoutDiscount = (text: string) => text.replace("gamma**t * ", "");

  test("is evaluated on the selected batch and shown beside the trainer's numbers", async () => {
    const { store, until } = await started();
    const before = store.state.update!.loss.value;
    store.dispatch({ kind: "edit", text: withoutDiscount(editorText(store.state)) });
    const state = await until("the edited series", (now) => now.series?.sets.edited !== undefined);
    expect(shownSource(state)).toBe("edited");
    expect(state.evaluation!.loss.value).not.toBe(before);
    expect(state.update!.loss.value).toBe(before);
    expect(state.series!.sets.trainer).toBeDefined();
  });

  test("that is wrong leaves the last good result and says what is wrong", async () => {
    const { store, until } = await started();
    const good = withoutDiscount(editorText(store.state));
    store.dispatch({ kind: "edit", text: good });
    await until("a good evaluation", (state) => state.evaluation?.loss.text === good);
    store.dispatch({ kind: "edit", text: good.replace("log_pi", "log_pie") });
    const state = await until("a failed check", (now) => now.check?.ok === false);
    expect(state.check!.diagnostics[0]!.message).toContain("log_pie");
    expect(state.evaluation!.loss.text).toBe(good);
  });

  test("that comes back to the trainer's text is none", async () => {
    const { store } = await started();
    const text = editorText(store.state);
    store.dispatch({ kind: "edit", text: withoutDiscount(text) });
    expect(isEdited(store.state)).toBe(true);
    store.dispatch({ kind: "edit", text });
    expect(isEdited(store.state)).toBe(false);
    expect(shownSource(store.state)).toBe("trainer");
  });

  test("typed faster than it can be evaluated is evaluated as it is last", async () => {
    const { store, situation, calls, until } = await started();
    situation.latency = 20;
    const last = `${editorText(store.state)}\n`;
    for (let i = 0; i < 30; i++) store.dispatch({ kind: "edit", text: `${last}# ${i}` });
    store.dispatch({ kind: "edit", text: last });
    await until("the last text", (state) => state.check?.text === last);
    const evaluated = calls.filter(({ method }) => method === "evaluate");
    expect(evaluated.length).toBeLessThanOrEqual(4);
  });

  test("shows a difference only of columns that both losses have", async () => {
    const { store, until } = await started();
    const text = editorText(store.state).replace("beta = 0", "beta = 0.5");
    store.dispatch({ kind: "edit", text });
    await until("its evaluation", (state) => state.evaluation?.loss.text === text);
    store.dispatch({ kind: "source", source: "edited" });
    const edited = shownColumns(store.state).map(({ name }) => name);
    store.dispatch({ kind: "source", source: "difference" });
    const both = shownColumns(store.state).map(({ name }) => name);
    expect(edited).toContain("term_entropy");
    expect(both).not.toContain("term_entropy");
  });
});

test("what was remembered of one run is not put upon another", async () => {
  const { store } = await started({
    path: "/elsewhere/other.pgrun",
    update: 12,
    step: 5,
    follow: false,
    lossText: "loss = log_pi.sum()",
    source: "trainer",
    sort: null,
    scroll: 0,
  });
  expect(store.state).toMatchObject({ selected: 40, draft: null, follow: true });
});

describe("an engine that goes down", () => {
  test("leaves the last numbers, and is asked for all of them again when it is back", async () => {
    const { store, situation, calls, until } = await started();
    situation.engine = { state: "down", message: "It stopped." };
    situation.changed();
    await until("the bad news", (state) => state.host?.engine.state === "down");
    const asked = calls.length;
    store.dispatch({ kind: "select", update: 9 });
    expect(calls.length - calls.filter(({ method }) => method === "remember").length).toBeLessThanOrEqual(
      asked,
    );
    expect(store.state.update?.update).toBe(40);
    situation.engine = { state: "running" };
    situation.changed();
    await until("update 9", (state) => state.update?.update === 9);
  });
});

describe("another run", () => {
  test("takes the place of the first with everything that belonged to it", async () => {
    const { store, situation, host, until } = await started();
    store.dispatch({ kind: "edit", text: "loss = -log_pi.sum()" });
    const next = { ...store.state.host!, run: { ...situation.run!.view("run-2"), path: "/runs/2.pgrun" } };
    host.emit("state", next);
    const state = await until("its update", (now) => now.update?.run === "run-2");
    expect(state).toMatchObject({ draft: null, step: 0, follow: true });
  });

  test("is not what a run is that was opened anew: its selection and edit stay", async () => {
    const { store, situation, host, until } = await started();
    store.dispatch({ kind: "edit", text: "loss = -log_pi.sum()" });
    store.dispatch({ kind: "select", update: 9 });
    await until("update 9", (now) => now.update?.update === 9);
    situation.run!.updates = 38;
    host.emit("state", { ...store.state.host!, run: { ...situation.run!.view("run-2") } });
    const state = await until("its numbers", (now) => now.update?.run === "run-2");
    expect(state).toMatchObject({ draft: "loss = -log_pi.sum()", selected: 9, follow: false, updates: 38 });
  });

  test("gets no numbers of the first that arrive late", async () => {
    const { store, host, situation } = await started();
    host.emit("progress", { ...situation.run!.progress("run-0"), update: 9_000 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(store.state.updates).toBe(40);
  });
});

describe("a proof", () => {
  test("is asked of the editor's loss on the selected update, and goes when either changes", async () => {
    const { store, session, calls } = await started();
    store.dispatch({ kind: "edit", text: "loss = -log_pi.sum()" });
    const asked = session.prove();
    expect(shownProof(store.state)).toMatchObject({ result: null });
    await asked;
    expect(calls.find(({ method }) => method === "prove")!.params).toEqual({
      run: "run-1",
      update: 40,
      text: "loss = -log_pi.sum()",
    });
    expect(shownProof(store.state)!.result).toMatchObject({ ok: true, status: "passed" });
    store.dispatch({ kind: "edit", text: "loss = log_pi.sum()" });
    expect(shownProof(store.state)).toBeNull();
  });

  test("whose answer is late does not take a newer one's place", async () => {
    const { store, session } = await started();
    const first = session.prove();
    store.dispatch({ kind: "edit", text: "wrong = 1\nloss = -log_pi.sum()" });
    await Promise.all([first, session.prove()]);
    expect(shownProof(store.state)!.result).toMatchObject({ ok: true, status: "failed" });
  });

  test("is held against a rule that is stated; a rule that is not known leaves the proof as it was", async () => {
    const { store, session, calls } = await started();
    await session.prove(" reinforce ");
    expect(calls.findLast(({ method }) => method === "prove")!.params).toMatchObject({ rule: "reinforce" });
    const shown = shownProof(store.state);
    expect(shown).toMatchObject({ rule: "reinforce", result: { ok: true } });
    await session.prove("reinforced");
    expect(shownProof(store.state)).toEqual(shown);
    expect(store.state.failures.prove).toContain("reinforced");
  });

  test("that the host refuses leaves nothing behind but the reason", async () => {
    const { store, session, situation } = await started();
    Object.assign(situation, { run: null });
    await session.prove();
    expect(store.state.proof).toBeNull();
    expect(store.state.failures.prove).toBeDefined();
  });
});
