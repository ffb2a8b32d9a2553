import { describe, expect, test } from "vitest";
import { emptyModel } from "../../../src/host/model.ts";
import { hostState } from "../../../src/host/panel/hostState.ts";
import { PanelConnection, requireVersion } from "../../../src/host/panel/panelConnection.ts";
import { type PanelDuties, panelHandlers } from "../../../src/host/panel/panelHandlers.ts";
import { checkPanelParams } from "../../../src/host/panel/panelSchemas.ts";
import type { WireMessage } from "../../../src/protocol/channel.ts";
import type { EngineMethods } from "../../../src/protocol/engine.ts";
import { panelProtocolVersion } from "../../../src/protocol/panel.ts";

const probe = Float64Array.of(1, Number.NaN);
const readyParams = { version: panelProtocolVersion, probe, saved: null };

function connect(duties: Partial<PanelDuties> = {}) {
  const posted: WireMessage[] = [];
  const asked: { method: string; params: unknown }[] = [];
  const port = { visible: true, post: (message: WireMessage) => posted.push(message) };
  const ask: PanelDuties["ask"] = async (method, params) => {
    asked.push({ method, params });
    return null as EngineMethods[typeof method]["result"];
  };
  const connection = new PanelConnection({
    port,
    check: checkPanelParams,
    handlers: panelHandlers({
      ask,
      run: () => "run-1",
      ready: ({ version }) => {
        requireVersion(version, panelProtocolVersion);
        return hostState(emptyModel, null, { probe, reducedMotion: false });
      },
      command: async () => {},
      copy: async () => {},
      remember: () => {},
      applied: async () => {},
      ...duties,
    }),
  });
  const call = async (id: number, method: string, params: unknown) => {
    connection.receive({ kind: "call", id, method, params });
    await new Promise((resolve) => setImmediate(resolve));
    return posted.at(-1);
  };
  return { connection, posted, asked, port, call };
}

describe("a page", () => {
  test("hears nothing and is not heard before it says that it is ready", async () => {
    const { connection, posted, asked, call } = connect();
    connection.emit("runChanged", { run: "run-1", updates: 3 });
    await call(1, "compare", { run: "run-1", update: 1 });
    expect([posted, asked]).toEqual([[], []]);
  });

  test("is answered with the host's state and its own probe", async () => {
    const { call } = connect();
    expect(await call(1, "ready", readyParams)).toMatchObject({ kind: "result", id: 1, value: { probe } });
  });

  test("of another version is refused with what to do", async () => {
    const { call } = connect();
    expect(await call(1, "ready", { ...readyParams, version: 999 })).toMatchObject({
      kind: "failure",
      error: { code: "version", hint: expect.stringContaining("Reload") },
    });
  });

  test("whose typed arrays arrive as plain objects is told why", async () => {
    const { call } = connect();
    const damaged = JSON.parse(JSON.stringify(probe));
    expect(await call(1, "ready", { ...readyParams, probe: damaged })).toMatchObject({
      kind: "failure",
      error: { message: expect.stringContaining("another extension") },
    });
  });

  test("may ask the engine about its own run", async () => {
    const { call, asked } = connect();
    await call(1, "ready", readyParams);
    expect(await call(2, "compare", { run: "run-1", update: 4 })).toMatchObject({ kind: "result", id: 2 });
    expect(asked).toEqual([{ method: "compare", params: { run: "run-1", update: 4 } }]);
  });

  test("may not ask about another run", async () => {
    const { call, asked } = connect();
    await call(1, "ready", readyParams);
    expect(await call(2, "compare", { run: "run-2", update: 4 })).toMatchObject({
      error: { code: "stale_run" },
    });
    expect(asked).toEqual([]);
  });

  test.each([
    ["train", { settings: {}, out: "/tmp/x.pgrun" }],
    ["deleteRun", { path: "/tmp/x.pgrun" }],
    ["open", { path: "/etc/passwd" }],
    ["exportUpdate", { run: "run-1", update: 1, to: "csv", path: "/tmp/x" }],
    ["hello", {}],
    ["__proto__", {}],
    ["constructor", {}],
    ["toString", {}],
  ])("cannot reach %s", async (method, params) => {
    const { call, asked } = connect();
    await call(1, "ready", readyParams);
    expect(await call(2, method, params)).toMatchObject({ kind: "failure", id: 2 });
    expect(asked).toEqual([]);
  });

  test.each([
    ["select", { run: "run-1", update: -1 }],
    ["select", { run: "run-1", update: 1.5 }],
    ["select", { run: "run-1", update: "1" }],
    ["select", { run: "run-1" }],
    ["select", { run: "run-1", update: 1, path: "/etc" }],
    ["rows", { run: "run-1", update: 1, source: "trainer", columns: [], start: 0, end: 1e9 }],
    ["rows", { run: "run-1", update: 1, source: "else", columns: [], start: 0, end: 1 }],
    ["series", { run: "run-1", update: 1, source: "trainer", columns: Array(600).fill("G"), buckets: 10 }],
    ["evaluate", { run: "run-1", update: 1, text: "x".repeat(70_000) }],
    ["apply", { run: "run-1", settings: { gamma: 2 } }],
    ["apply", { run: "run-1", settings: { seed: 2 } }],
    ["command", { command: "workbench.action.terminal.new" }],
    ["command", { command: "stop", args: ["x"] }],
    ["copy", { text: "x".repeat(2 ** 20 + 1) }],
    ["remember", { path: "/x.pgrun" }],
    ["environments", null],
  ])("is refused %s with %j", async (method, params) => {
    const { call, asked } = connect();
    await call(1, "ready", readyParams);
    expect(await call(2, method, params)).toMatchObject({ kind: "failure", error: { code: "bad_params" } });
    expect(asked).toEqual([]);
  });

  test("that is loaded anew never gets an answer meant for the old one", async () => {
    let answerOld = (_: null) => {};
    const slow = new Promise<null>((resolve) => {
      answerOld = resolve;
    });
    const { call, posted } = connect({ ask: (() => slow) as unknown as PanelDuties["ask"] });
    await call(1, "ready", readyParams);
    await call(2, "compare", { run: "run-1", update: 1 });
    await call(1, "ready", readyParams);
    answerOld(null);
    await new Promise((resolve) => setImmediate(resolve));
    expect(posted.filter((message) => "id" in message && message.id === 2)).toEqual([]);
  });

  test("that is hidden is sent nothing, and its questions are cancelled", async () => {
    const signals: AbortSignal[] = [];
    const ask = ((_method: string, _params: unknown, signal: AbortSignal) => {
      signals.push(signal);
      return new Promise(() => {});
    }) as unknown as PanelDuties["ask"];
    const { connection, call, posted, port } = connect({ ask });
    await call(1, "ready", readyParams);
    await call(2, "compare", { run: "run-1", update: 1 });
    port.visible = false;
    connection.emit("runChanged", { run: "run-1", updates: 3 });
    connection.close();
    expect(posted).toHaveLength(1);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  test("that changed the loss makes the host read the run again", async () => {
    let applied = 0;
    const { call } = connect({
      applied: async () => {
        applied += 1;
      },
    });
    await call(1, "ready", readyParams);
    await call(2, "apply", { run: "run-1", loss: "loss = -log_pi.sum()" });
    expect(applied).toBe(1);
  });

  test("cannot throw the host off by what is no message", async () => {
    const { connection, call } = connect();
    for (const noise of [
      null,
      undefined,
      1,
      "ready",
      [],
      { kind: "call" },
      { kind: "call", method: "ready" },
    ]) {
      connection.receive(noise);
    }
    expect(await call(1, "ready", readyParams)).toMatchObject({ kind: "result" });
  });
});
