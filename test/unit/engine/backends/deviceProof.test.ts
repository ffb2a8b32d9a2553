import { expect, test } from "vitest";
import { proveDevice } from "../../../../src/engine/backends/deviceProof.ts";
import { relativeDifference } from "../../../../src/engine/backends/relativeDifference.ts";
import { kernelsDevice } from "../../../util/kernelsDevice.ts";

test("a proof tells a device that repeats itself from one that does not", async () => {
  const steady = await proveDevice(kernelsDevice());
  expect(steady).toEqual({ difference: 0, deterministic: true });
  expect((await proveDevice(kernelsDevice("webgpu", { noise: 1e-6 }))).deterministic).toBe(false);
});

test.for([
  [[1, 2], [1, 2], 0],
  [[3, 4.5], [3, 4], 0.1],
  [[Number.NaN, 4], [3, 4], Number.POSITIVE_INFINITY],
  [[1], [1, 2], Number.POSITIVE_INFINITY],
] as const)("the difference of %j to %j is %d", ([computed, expected, difference]) => {
  expect(relativeDifference(Float64Array.from(computed), Float64Array.from(expected))).toBe(difference);
});
