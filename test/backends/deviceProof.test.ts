import { expect, test } from "vitest";
import { proveDevice } from "../../src/engine/backends/deviceProof.ts";
import { devices, open } from "./support.ts";

test.for(devices.filter(({ isAbsent }) => !isAbsent))(
  "$name repeats itself to the last bit on this machine",
  async ({ name }) => {
    const { difference, deterministic } = await proveDevice(await open(name));
    expect(difference).toBeLessThan(1e-4);
    expect(deterministic).toBe(true);
  },
);
