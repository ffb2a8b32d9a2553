import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { systemClock } from "../../../src/host/clock.ts";
import type { SessionDeadlines } from "../../../src/host/engine/engineSession.ts";
import { forkEngine } from "../../../src/host/engine/forkEngine.ts";
import { EngineSupervisor, type SupervisorHealth } from "../../../src/host/engine/supervisor.ts";
import { isRunning } from "../../util/isRunning.ts";

const doubles = path.resolve(import.meta.dirname, "../../host/doubles");
const deadlines: SessionDeadlines = { handshake: 2000, heartbeat: 400, politeness: 200 };
const running: EngineSupervisor[] = [];

function supervise(...entries: string[]) {
  const health: SupervisorHealth[] = [];
  const events: { event: string; payload: unknown }[] = [];
  const pids: (number | undefined)[] = [];
  const connections: boolean[] = [];
  let launches = 0;
  const supervisor = new EngineSupervisor({
    clock: systemClock,
    deadlines,
    launch: async () => {
      const name = entries[Math.min(launches++, entries.length - 1)]!;
      const entry = path.join(doubles, `${name}.mjs`);
      return forkEngine({ entry, node: process.execPath, runAsNode: false, folder: doubles });
    },
    onHealth: (next) => health.push(next),
    onConnected: (engine, restarted) => {
      pids.push(engine.pid);
      connections.push(restarted);
    },
    onEvent: (event, payload) => events.push({ event, payload }),
    onOutput: () => {},
  });
  running.push(supervisor);
  return { supervisor, health, events, pids, connections, launches: () => launches };
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((supervisor) => supervisor.stop()));
});

const names = (health: readonly SupervisorHealth[]) => health.map(({ state }) => state);

describe("an engine that works", () => {
  test("is not started before something is asked of it", () => {
    const { supervisor, launches } = supervise("normal");
    expect([supervisor.health.state, launches()]).toEqual(["idle", 0]);
  });

  test("answers calls made before it runs, through one process", async () => {
    const { supervisor, launches, health } = supervise("normal");
    const answers = await Promise.all([
      supervisor.call("environments", {}),
      supervisor.call("environments", {}),
    ]);
    expect(answers[0]).toEqual(answers[1]);
    expect(launches()).toBe(1);
    expect(names(health)).toEqual(["starting", "running"]);
  });

  test("is granted more progress for as long as it sends", async () => {
    const { supervisor, events } = supervise("normal");
    await supervisor.ready();
    await expect.poll(() => events.filter(({ event }) => event === "progress").length).toBeGreaterThan(12);
  });

  test("passes a refused method on as an error with its code", async () => {
    const { supervisor } = supervise("normal");
    await expect(supervisor.call("algorithms", {})).rejects.toMatchObject({ code: "unknown_method" });
  });

  test("ends when it is stopped, and is not started again", async () => {
    const { supervisor, pids, launches } = supervise("normal");
    await supervisor.ready();
    await supervisor.stop();
    expect(isRunning(pids[0])).toBe(false);
    await expect(supervisor.call("environments", {})).rejects.toMatchObject({ code: "engine_down" });
    expect(launches()).toBe(1);
  });

  test("is replaced by another process on restart", async () => {
    const { supervisor, pids } = supervise("normal");
    await supervisor.ready();
    await supervisor.restart();
    expect(new Set(pids).size).toBe(2);
    expect([isRunning(pids[0]), isRunning(pids[1])]).toEqual([false, true]);
    expect(await supervisor.call("environments", {})).toHaveLength(1);
  });
});

describe("an engine that closes", () => {
  test("is started again after a crash, and says that it was", async () => {
    const { supervisor, connections } = supervise("crash", "normal");
    await supervisor.ready();
    await expect.poll(() => connections).toEqual([false, true]);
    await expect.poll(() => supervisor.health.state).toBe("running");
    expect(await supervisor.call("environments", {})).toHaveLength(1);
  });

  test("fails the calls that wait for it with code closed", async () => {
    const { supervisor, pids } = supervise("normal");
    const session = await supervisor.ready();
    process.kill(pids[0]!, "SIGKILL");
    const call = session.channel.call("environments", {});
    await expect(call).rejects.toMatchObject({ code: "closed" });
  });

  test("is given up at the fifth close, with one message", async () => {
    const { supervisor, health, launches } = supervise("crashAtStart");
    await expect(supervisor.ready()).rejects.toMatchObject({ code: "engine_down" });
    expect(launches()).toBe(5);
    expect(health.filter(({ state }) => state === "down")).toEqual([
      { state: "down", message: expect.stringContaining("ended with code 3") },
    ]);
  });

  test("can be started again by hand after it was given up", async () => {
    const { supervisor } = supervise(...Array(5).fill("crashAtStart"), "normal");
    await expect(supervisor.ready()).rejects.toMatchObject({ code: "engine_down" });
    await supervisor.restart();
    expect(await supervisor.call("environments", {})).toHaveLength(1);
  });

  test("is killed and replaced when its heart stops", async () => {
    const { supervisor, pids } = supervise("hang", "normal");
    await supervisor.ready();
    await expect.poll(() => pids.length, { timeout: 5000 }).toBe(2);
    expect(isRunning(pids[0])).toBe(false);
  });

  test("is killed when it is deaf to a polite end", async () => {
    const { supervisor, pids } = supervise("slowShutdown");
    await supervisor.ready();
    await supervisor.stop();
    expect(isRunning(pids[0])).toBe(false);
  });
});

describe("an engine that misbehaves", () => {
  test("is replaced when it never answers the handshake", async () => {
    const { supervisor, health } = supervise("silent", "normal");
    expect(await supervisor.call("environments", {})).toHaveLength(1);
    expect(names(health)).toEqual(["starting", "restarting", "restarting", "running"]);
  });

  test.each([
    ["wrongVersion", /version 999/],
    ["damagedProbe", /damaged/],
  ])("is refused for good: %s", async (double, message) => {
    const { supervisor, launches } = supervise(double);
    await expect(supervisor.ready()).rejects.toThrow(message);
    expect(launches()).toBe(1);
  });

  test("is heard only as far as it was granted progress, and replaced when it floods", async () => {
    const { supervisor, events, connections } = supervise("flood", "normal");
    await supervisor.ready();
    await expect.poll(() => connections, { timeout: 10_000 }).toEqual([false, true]);
    expect(events.filter(({ event }) => event === "progress").length).toBeLessThan(2000);
  });

  test("cannot confuse the host by what is no message", async () => {
    const { supervisor } = supervise("garbage");
    expect(await supervisor.call("environments", {})).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test("is down with the reason where it cannot be launched", async () => {
    const health: SupervisorHealth[] = [];
    const supervisor = new EngineSupervisor({
      clock: systemClock,
      launch: () => Promise.reject(new Error("No Node 22.13 or newer was found.")),
      onHealth: (next) => health.push(next),
      onConnected: () => {},
      onEvent: () => {},
      onOutput: () => {},
    });
    await expect(supervisor.call("environments", {})).rejects.toMatchObject({ code: "engine_down" });
    expect(health.at(-1)).toEqual({ state: "down", message: "No Node 22.13 or newer was found." });
  });
});
