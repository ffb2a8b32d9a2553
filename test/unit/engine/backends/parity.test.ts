import { expect, test } from "vitest";
import { Backends } from "../../../../src/engine/backends/backends.ts";
import type { DeviceName } from "../../../../src/engine/backends/names.ts";
import { freeze } from "../../../../src/engine/frozenUpdate.ts";
import { Inspector } from "../../../../src/engine/inspection/inspector.ts";
import { parityOf } from "../../../../src/engine/inspection/parity.ts";
import { resolveSettings } from "../../../../src/engine/settings.ts";
import { Trainer } from "../../../../src/engine/trainer.ts";
import { UserError } from "../../../../src/engine/userError.ts";
import { kernelsDevice } from "../../../util/kernelsDevice.ts";

function inspector(): Inspector {
  const trainer = new Trainer(resolveSettings({ hidden: [16], seed: 2 }));
  while (trainer.update < 3) trainer.advance(4096);
  return new Inspector(freeze(trainer.lastFrozen()!));
}

function backendsWith(names: readonly DeviceName[]): Backends {
  const backends = new Backends({ folders: [] });
  backends.present = async () =>
    names.map((name) => ({
      present: true,
      name,
      version: "1",
      source: "storage",
      folder: "/nowhere",
      entry: "/nowhere/entry",
      device: "a double",
    }));
  backends.open = async (name) => {
    if (name === "tensorflow") return kernelsDevice("tensorflow");
    throw new UserError("backend", "The backend webgpu cannot be used: no driver.", "Install one.");
  };
  return backends;
}

test("parity holds an update's loss on every backend here against kernels, and tells of those that fail", async () => {
  const view = await parityOf(inspector(), backendsWith(["tensorflow", "webgpu"]));
  expect(view.update).toBe(3);
  expect(view.rows).toHaveLength(1);
  const [row] = view.rows;
  expect(row).toMatchObject({ backend: "tensorflow", device: "a double", precision: "float32" });
  expect([row?.gradient, row?.stepNorms, row?.projections]).toEqual([0, 0, 0]);
  expect(view.trouble).toEqual(["The backend webgpu cannot be used: no driver. Install one."]);
  expect(view.kernels).toBeGreaterThan(0);
});

test("parity shows a difference where there is one", async () => {
  const backends = backendsWith(["tensorflow"]);
  const device = kernelsDevice();
  backends.open = async () => ({
    ...device,
    createPolicy(specification) {
      const policy = device.createPolicy(specification);
      const setTheta = policy.setTheta.bind(policy);
      policy.setTheta = (theta) => setTheta(theta.map((value) => value * (1 + 1e-3)));
      return policy;
    },
  });
  const [row] = (await parityOf(inspector(), backends)).rows;
  for (const difference of [row?.gradient, row?.stepNorms, row?.projections]) {
    expect(difference).toBeGreaterThan(1e-6);
    expect(difference).toBeLessThan(1e-1);
  }
});
