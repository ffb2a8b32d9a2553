import { expect, test } from "vitest";
import { RestartPolicy } from "../../../src/host/engine/restartPolicy.ts";

const minute = 60_000;

test("four closes within three minutes are mended, the fifth is not", () => {
  const policy = new RestartPolicy();
  const verdicts = [0, 1, 2, 3, 4].map((at) => policy.closed(at * 1000).restart);
  expect(verdicts).toEqual([true, true, true, true, false]);
});

test("closes older than three minutes are forgotten", () => {
  const policy = new RestartPolicy();
  for (const at of [0, 1, 2, 2.5]) policy.closed(at * minute);
  expect(policy.closed(3.1 * minute).restart).toBe(true);
  expect(policy.closed(3.2 * minute).restart).toBe(false);
});

test("the first restart is at once and later ones wait longer", () => {
  const policy = new RestartPolicy();
  const delays = [1, 2, 3, 4].map((at) => policy.closed(at));
  expect(delays).toEqual([0, 125, 250, 500].map((delay) => ({ restart: true, delay })));
});

test("a start by hand forgets what was before", () => {
  const policy = new RestartPolicy();
  for (let i = 0; i < 5; i++) policy.closed(i);
  policy.forget();
  expect(policy.closed(6)).toEqual({ restart: true, delay: 0 });
});
