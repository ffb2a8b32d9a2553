import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findRuntime } from "../../src/engine/runtimes/findRuntime.ts";
import { runtimePlaces } from "../../src/engine/runtimes/places.ts";
import { prove } from "../../src/engine/runtimes/proof.ts";
import { runtimeNames } from "../../src/engine/runtimes/runtime.ts";

test.for(runtimeNames)("%s, as our installer brought it, loads and computes as kernels do", async (name) => {
  const runtime = await findRuntime(name, runtimePlaces(process.env));
  if (!runtime.present) throw new Error(runtime.missing);
  expect(existsSync(join(runtime.folder, "downloads"))).toBe(false);
  const proof = await prove(runtime, { environment: process.env });
  expect(proof.version).toBe(runtime.version);
  expect(proof.device).not.toBe("");
  expect(proof.difference).toBeGreaterThan(0);
  expect(proof.difference).toBeLessThanOrEqual(1e-4);
});
