import { describe, expect, test } from "vitest";
import { type FollowedTrace, TraceFollower } from "../../../../src/host/traces/traceFollower.ts";
import type { OpenTraceView, TraceView } from "../../../../src/protocol/traceViews.ts";
import { manualClock } from "../manualClock.ts";

/** Lets a follower hear that the file was opened. */
const opened = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A follower whose readings end when the test says so. */
function followed() {
  const clock = manualClock();
  const readings: { resolve: (steps: number) => Promise<void>; reject: (reason: string) => Promise<void> }[] =
    [];
  const states: FollowedTrace[] = [];
  let change = () => {};
  let isWatched = true;
  const follower = new TraceFollower({
    clock,
    open: async () => ({ run: "trace1.1" }) as OpenTraceView,
    diagnose: () =>
      new Promise<TraceView>((resolve, reject) => {
        readings.push({
          resolve: async (steps) => resolve({ steps } as TraceView),
          reject: async (reason) => reject(new Error(reason)),
        });
      }),
    watch: (changed) => {
      change = changed;
      return { dispose: () => (isWatched = false) };
    },
    onChange: (state) => states.push(state),
  });
  return { clock, readings, states, follower, change: () => change(), watched: () => isWatched };
}

describe("following a trace", () => {
  test("reads nothing before somebody looks", async () => {
    const { clock, readings, follower, change } = followed();
    change();
    clock.advance(10_000);
    expect(readings).toHaveLength(0);
    follower.show(true);
    clock.advance(0);
    await opened();
    expect(readings).toHaveLength(1);
  });

  test("tells what the file holds before its diagnosis, and forgets what an engine had open that closed", async () => {
    const { clock, states, follower } = followed();
    follower.show(true);
    clock.advance(0);
    await opened();
    expect(states.at(-1)).toEqual({
      opened: { run: "trace1.1" },
      trace: null,
      problem: null,
      isReading: true,
    });
    follower.lost();
    expect(states.at(-1)!.opened).toBeNull();
  });

  test("reads one at a time, and once more after changes during a reading", async () => {
    const { clock, readings, follower, change } = followed();
    follower.show(true);
    clock.advance(0);
    await opened();
    for (let n = 0; n < 5; n++) change();
    clock.advance(10_000);
    expect(readings).toHaveLength(1);
    await readings[0]!.resolve(1);
    await opened();
    expect(follower.known).toMatchObject({ trace: { steps: 1 }, isReading: false });
    clock.advance(30_000);
    clock.advance(0);
    await opened();
    expect(readings).toHaveLength(2);
  });

  test("pauses in proportion to the time a reading takes", async () => {
    const { clock, readings, follower, change } = followed();
    follower.show(true);
    clock.advance(0);
    await opened();
    clock.advance(2000);
    await readings[0]!.resolve(1);
    change();
    clock.advance(5900);
    expect(readings).toHaveLength(1);
    clock.advance(200);
    clock.advance(0);
    await opened();
    expect(readings).toHaveLength(2);
  });

  test("keeps what it knew where the file cannot be read", async () => {
    const { clock, readings, follower, change } = followed();
    follower.show(true);
    clock.advance(0);
    await opened();
    await readings[0]!.resolve(7);
    change();
    clock.advance(1000);
    clock.advance(0);
    await opened();
    await readings[1]!.reject("line 3");
    await Promise.resolve();
    expect(follower.known).toEqual({
      opened: { run: "trace1.1" },
      trace: { steps: 7 },
      problem: "line 3",
      isReading: false,
    });
  });

  test("stops when it is disposed, and what ends late is not told", async () => {
    const { clock, readings, states, follower, watched } = followed();
    follower.show(true);
    clock.advance(0);
    await opened();
    follower.dispose();
    const told = states.length;
    await readings[0]!.resolve(1);
    clock.advance(10_000);
    expect([states.length, watched()]).toEqual([told, false]);
  });
});
