import { describe, expect, test } from "vitest";
import { type Followed, Follower } from "../../../src/host/follower.ts";
import { manualClock } from "./manualClock.ts";

/** What is followed here: a file with so many steps. */
interface View {
  readonly steps: number;
}

/** A follower whose readings end when the test says so. */
function followed() {
  const clock = manualClock();
  const readings: { resolve: (steps: number) => Promise<void>; reject: (reason: string) => Promise<void> }[] =
    [];
  const states: Followed<View>[] = [];
  let change = () => {};
  let isWatched = true;
  const follower = new Follower<View>({
    clock,
    read: () =>
      new Promise<View>((resolve, reject) => {
        readings.push({
          resolve: async (steps) => resolve({ steps } as View),
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

describe("following files", () => {
  test("reads nothing before somebody looks", () => {
    const { clock, readings, follower, change } = followed();
    change();
    clock.advance(10_000);
    expect(readings).toHaveLength(0);
    follower.show(true);
    clock.advance(0);
    expect(readings).toHaveLength(1);
  });

  test("reads one at a time, and once more after changes during a reading", async () => {
    const { clock, readings, follower, change } = followed();
    follower.show(true);
    clock.advance(0);
    for (let n = 0; n < 5; n++) change();
    clock.advance(10_000);
    expect(readings).toHaveLength(1);
    await readings[0]!.resolve(1);
    expect(follower.known).toMatchObject({ view: { steps: 1 }, isReading: false });
    clock.advance(30_000);
    clock.advance(0);
    expect(readings).toHaveLength(2);
  });

  test("pauses in proportion to the time a reading takes", async () => {
    const { clock, readings, follower, change } = followed();
    follower.show(true);
    clock.advance(0);
    clock.advance(2000);
    await readings[0]!.resolve(1);
    change();
    clock.advance(5900);
    expect(readings).toHaveLength(1);
    clock.advance(200);
    clock.advance(0);
    expect(readings).toHaveLength(2);
  });

  test("keeps what it knew where the file cannot be read", async () => {
    const { clock, readings, follower, change } = followed();
    follower.show(true);
    clock.advance(0);
    await readings[0]!.resolve(7);
    change();
    clock.advance(1000);
    clock.advance(0);
    await readings[1]!.reject("line 3");
    await Promise.resolve();
    expect(follower.known).toEqual({ view: { steps: 7 }, problem: "line 3", isReading: false });
  });

  test("stops when it is disposed, and what ends late is not told", async () => {
    const { clock, readings, states, follower, watched } = followed();
    follower.show(true);
    clock.advance(0);
    follower.dispose();
    const told = states.length;
    await readings[0]!.resolve(1);
    clock.advance(10_000);
    expect([states.length, watched()]).toEqual([told, false]);
  });
});

describe("what is known before all is read", () => {
  test("is told meanwhile, and stays where the rest fails", async () => {
    const clock = manualClock();
    const states: Followed<string>[] = [];
    let fail = (_: Error) => {};
    const follower = new Follower<string>({
      clock,
      read: (show) => {
        show("half");
        return new Promise((_, reject) => {
          fail = reject;
        });
      },
      watch: () => ({ dispose: () => {} }),
      onChange: (known) => states.push(known),
    });
    follower.show(true);
    clock.advance(0);
    expect(follower.known).toEqual({ view: "half", problem: null, isReading: true });
    fail(new Error("line 3"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(follower.known).toEqual({ view: "half", problem: "line 3", isReading: false });
    follower.replace(null);
    expect(follower.known.view).toBeNull();
    expect(states.at(-1)).toEqual(follower.known);
  });
});
