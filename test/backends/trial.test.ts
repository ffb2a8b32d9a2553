import { expect, test } from "vitest";
import { tryBackend } from "../../src/engine/backends/trial.ts";
import { devices, open } from "./support.ts";

test.for(devices.filter(({ isAbsent }) => !isAbsent))(
  "$name repeats itself to the last bit on this machine",
  async ({ name }) => {
    const { difference, repeats } = await tryBackend(await open(name));
    expect(difference).toBeLessThan(1e-4);
    expect(repeats).toBe(true);
  },
);
