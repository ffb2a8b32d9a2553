import { describe, expect, test } from "vitest";
import { binaryProbe, probeIsIntact } from "../../../webview/transport.ts";

describe("the binary probe", () => {
  test("is intact after a structured clone", () => {
    expect(probeIsIntact(binaryProbe(), structuredClone(binaryProbe()))).toBe(true);
  });

  test.each([
    ["a JSON round trip", (probe: Float64Array) => JSON.parse(JSON.stringify(probe))],
    ["a list", (probe: Float64Array) => [...probe]],
    ["another kind of array", (probe: Float64Array) => Float32Array.from(probe)],
    ["a lost sign of zero", (probe: Float64Array) => probe.map((value) => value + 0)],
    ["a missing element", (probe: Float64Array) => probe.subarray(1)],
    ["nothing", () => undefined],
  ])("shows the damage of %s", (_name, damage) => {
    expect(probeIsIntact(binaryProbe(), damage(binaryProbe()))).toBe(false);
  });
});
