import { expect, test } from "vitest";
import { QuietWait } from "../../../../src/host/traces/quietWait.ts";
import { manualClock } from "../manualClock.ts";

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A wait that was begun, and whether it is over. */
function begun() {
  const clock = manualClock();
  const wait = new QuietWait(clock);
  let isOver = false;
  const begin = () => void wait.quiet().then(() => (isOver = true));
  const after = async (milliseconds: number) => {
    for (let at = 0; at < milliseconds; at += 10) {
      clock.advance(10);
      await settled();
    }
    return isOver;
  };
  return { wait, begin, after };
}

test("is over soon where nothing is asked", async () => {
  const { begin, after } = begun();
  begin();
  expect(await after(50)).toBe(false);
  expect(await after(100)).toBe(true);
});

test("waits for the questions under way and those that follow them at once", async () => {
  const { wait, begin, after } = begun();
  begin();
  let answer = () => {};
  void wait.during(new Promise<void>((resolve) => (answer = resolve)));
  expect(await after(500)).toBe(false);
  answer();
  await settled();
  void wait.during(new Promise<void>((resolve) => (answer = resolve)));
  expect(await after(500)).toBe(false);
  answer();
  await settled();
  expect(await after(150)).toBe(true);
});

test("does not wait for ever, nor for a question that fails", async () => {
  const { wait, begin, after } = begun();
  await expect(wait.during(Promise.reject(new Error("no")))).rejects.toThrow("no");
  void wait.during(new Promise<void>(() => {}));
  begin();
  expect(await after(1900)).toBe(false);
  expect(await after(300)).toBe(true);
});
