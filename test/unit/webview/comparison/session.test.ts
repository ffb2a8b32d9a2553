import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ComparisonBook } from "../../../../src/engine/comparison/comparisonBook.ts";
import { PairBook } from "../../../../src/engine/comparison/pairBook.ts";
import { pairRows, pairSeries } from "../../../../src/engine/comparison/pairColumns.ts";
import { checkComparisonParams } from "../../../../src/host/comparison/comparisonSchemas.ts";
import { Channel, type MethodTable } from "../../../../src/protocol/channel.ts";
import type {
  ComparisonLook,
  ComparisonMemory,
  ComparisonPageEvents,
  ComparisonPageMethods,
  ComparisonPageState,
} from "../../../../src/protocol/comparisonPage.ts";
import { inMemoryTransports } from "../../../../src/protocol/inMemoryTransport.ts";
import { ComparisonSession } from "../../../../webview/comparison/session.ts";
import { type ComparisonState, initialState, reduce } from "../../../../webview/comparison/state.ts";
import { Store } from "../../../../webview/store.ts";
import { poll } from "../../../util/poll.ts";
import { sharedFolder } from "../../../util/temporaryFolder.ts";
import { trainedRun } from "../../../util/trainedRun.ts";

const folder = sharedFolder();
const runs = join(folder, "runs");

beforeAll(async () => {
  vi.stubGlobal("requestAnimationFrame", (callback: () => void) => setTimeout(callback, 1));
  mkdirSync(runs);
  await trainedRun(runs, "plain.pgrun", "--updates", "12");
  await trainedRun(runs, "critic.pgrun", "--updates", "12", "--algorithm", "reinforce-baseline");
}, 60_000);
afterAll(() => {
  vi.unstubAllGlobals();
});

/** The page's state and session joined to a host that asks the engine's own books. */
function opened(memory: ComparisonMemory | null = null) {
  const book = new ComparisonBook();
  const pairs = new PairBook();
  const calls: { method: string; params: unknown }[] = [];
  const kept: ComparisonMemory[] = [];
  const { near, far } = inMemoryTransports();
  const stateBy = async (look: ComparisonLook): Promise<ComparisonPageState> => ({
    paths: [runs],
    look,
    view: await book.view({ paths: [runs], ...look }),
    problem: null,
    isReading: false,
    reducedMotion: false,
  });
  const host = new Channel<ComparisonPageMethods, MethodTable, ComparisonPageEvents>(far, {
    handlers: {
      ready: ({ saved }) => stateBy(saved?.look ?? { axis: "steps", metric: "averageReturn" }),
      look: async (look) => {
        host.emit("state", await stateBy(look));
        return null;
      },
      openRun: () => null,
      copy: () => null,
      compareLosses: (request) => pairs.view(request),
      pairRows: async (params) => pairRows(await pairs.pair(params), params),
      pairSeries: async (params) => pairSeries(await pairs.pair(params), params.columns, params.buckets),
    },
    check: (method, params) => {
      calls.push({ method, params });
      return checkComparisonParams(method, params);
    },
  });
  const store = new Store(initialState(memory), reduce);
  const session = new ComparisonSession(store, near, (one) => kept.push(one));
  const until = (what: string, holds: (state: ComparisonState) => boolean) =>
    poll(what, () => (holds(store.state) ? store.state : undefined), 10_000);
  return { store, session, calls, kept, until };
}

const isDrawn = ({ shown, series, values }: ComparisonState) =>
  shown !== null && series !== null && values !== null;

describe("the page of a comparison that has said hello", () => {
  test("holds the two groups' losses against the batch that both fit, asking once", async () => {
    const { session, until, calls } = opened();
    await session.start(null);
    const { shown, series, values, failures } = await until("a pair", isDrawn);
    expect(failures).toEqual({});
    // The first group's run has no V, which the second group's loss needs.
    expect(shown!.request.path).toBe(join(runs, "critic.pgrun"));
    expect(shown!.view).toMatchObject({ update: 12, a: { ok: true }, b: { ok: true } });
    expect(calls.filter(({ method }) => method === "compareLosses")).toHaveLength(2);
    expect(values!.values["a.weight"]).toBe(series!["a.weight"]!.value[0]);
  });

  test("follows an edit, and keeps it but no numbers", async () => {
    const { session, store, until, kept } = opened();
    await session.start(null);
    await until("a pair", isDrawn);
    store.dispatch({ kind: "pair", change: { b: "-log_pi.sum()" } });
    const { shown } = await until("the edit", (state) => state.shown?.request.b === "-log_pi.sum()");
    expect(shown!.view.b.ok).toBe(true);
    const memory = await poll("the memory", () => kept.find(({ pair }) => pair.b === "-log_pi.sum()"));
    expect(checkComparisonParams("ready", { version: 1, saved: memory })).toBeUndefined();
    const again = opened(memory);
    await again.session.start(memory);
    const restored = await again.until("the pair again", isDrawn);
    expect(restored.shown!.view.b).toEqual(shown!.view.b);
  });

  test("asks for the exact values of the step that is selected", async () => {
    const { session, store, until } = opened();
    await session.start(null);
    const { shown } = await until("a pair", isDrawn);
    store.dispatch({ kind: "step", step: 5 });
    const { values } = await until("step 5", (state) => state.values?.step === 5);
    const columns = ["a.weight", "b.size"];
    const rows = await session.rows(shown!.request, { columns, start: 5, end: 6 });
    for (const name of columns) expect(values!.values[name]).toBe(rows!.columns[name]![0]);
    store.dispatch({ kind: "step", step: 1e9 });
    expect(store.state.step).toBe(shown!.view.steps - 1);
  });

  test("says what cannot be asked, and forgets it when it can", async () => {
    const { session, store, until } = opened();
    await session.start(null);
    await until("a pair", isDrawn);
    store.dispatch({ kind: "pair", change: { update: 999 } });
    await until("the refusal", ({ failures }) => failures.pair?.includes("999") === true);
    store.dispatch({ kind: "renew" });
    await until(
      "the latest",
      ({ failures, shown }) => failures.pair === undefined && shown?.view.update === 12,
    );
  });

  test("reads by another axis, where a cursor of the old one is none", async () => {
    const { session, store, until } = opened();
    await session.start(null);
    await until("a pair", isDrawn);
    store.dispatch({ kind: "cursor", cursor: 100 });
    session.look({ axis: "updates" });
    const { host, cursor } = await until("updates", (state) => state.host?.view?.axis === "updates");
    expect(cursor).toBeNull();
    expect([...host!.view!.groups[0]!.curve.x]).toEqual(Array.from({ length: 12 }, (_, place) => place + 1));
  });
});
