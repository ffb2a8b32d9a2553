import { describe, expect, test } from "vitest";
import { NewestWins, oncePerFrame } from "../../../webview/frame.ts";

/** Frames that come when the test says so. */
function manualFrames() {
  let waiting: (() => void)[] = [];
  return {
    schedule: () => new Promise<number>((resolve) => waiting.push(() => resolve(0))),
    async next() {
      const now = waiting;
      waiting = [];
      for (const resolve of now) resolve();
      await settled();
    },
  };
}

async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

describe("oncePerFrame", () => {
  test("runs once however often it was called", async () => {
    const frames = manualFrames();
    let runs = 0;
    const call = oncePerFrame(() => runs++, frames.schedule);
    call();
    call();
    await frames.next();
    expect(runs).toBe(1);
    call();
    await frames.next();
    expect(runs).toBe(2);
  });
});

describe("NewestWins", () => {
  test("starts the first wish at once", () => {
    const started: string[] = [];
    new NewestWins(manualFrames().schedule).request(async () => void started.push("first"));
    expect(started).toEqual(["first"]);
  });

  test("keeps only the newest of the wishes that come while one runs", async () => {
    const frames = manualFrames();
    const queue = new NewestWins(frames.schedule);
    const started: string[] = [];
    for (const name of ["first", "second", "third"]) queue.request(async () => void started.push(name));
    await settled();
    await frames.next();
    expect(started).toEqual(["first", "third"]);
  });

  test("starts no more than one a frame, even where answers come at once", async () => {
    const frames = manualFrames();
    const queue = new NewestWins(frames.schedule);
    let started = 0;
    const wish = () => queue.request(async () => void started++);
    wish();
    await settled();
    wish();
    await settled();
    expect(started).toBe(1);
    await frames.next();
    expect(started).toBe(2);
  });

  test("goes on after a load that failed", async () => {
    const frames = manualFrames();
    const queue = new NewestWins(frames.schedule);
    const failures: unknown[] = [];
    const listen = (error: unknown) => failures.push(error);
    process.on("unhandledRejection", listen);
    queue.request(() => Promise.reject(new Error("a slip in the program")));
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", listen);
    let ran = false;
    queue.request(async () => {
      ran = true;
    });
    expect(ran).toBe(true);
    expect(failures).toHaveLength(1);
  });
});
