import { describe, expect, test } from "vitest";
import { resolveSettings } from "../../../src/engine/settings.ts";
import { Trainer } from "../../../src/engine/trainer.ts";
import { environments } from "../../../src/environments/registry.ts";

const isDiscrete = (id: string) =>
  environments.find((record) => record.id === id)!.create().actionSpace.kind === "discrete";
const ids = environments.map(({ id }) => id);

function trained(environment: string, updates: number, seed = 1): Trainer {
  const trainer = new Trainer(resolveSettings({ environment, algorithm: "reinforce", seed }));
  while (trainer.update < updates) trainer.advance(65_536);
  return trainer;
}

describe("REINFORCE with its defaults", () => {
  test.each(ids)("trains on %s", (id) => {
    const trainer = trained(id, 3);
    expect(trainer.episode).toBe(3);
    expect(trainer.backend.theta().every(Number.isFinite)).toBe(true);
  });

  // The best average is 1 (lake), 1.5 (gaussian arms), 0.75 (two arms), 1.5, 1 and 1 (probes), −11.66 (corridor).
  test.each([
    ["FrozenLakeNotSlippery-v1", 600, 0.9],
    ["GaussianBandit", 3000, 0.8],
    ["BernoulliBandit", 1000, 0.62],
    ["ShortCorridor", 1000, -14],
    ["probe-3", 400, 1.3],
    ["probe-4", 400, 0.8],
    ["probe-5", 400, 0.8],
  ])("learns %s in %i episodes: an average of %d for at least 4 of 5 seeds", (id, updates, least) => {
    const averages = [1, 2, 3, 4, 5].map((seed) => trained(id, updates, seed).window.mean());
    expect(averages.filter((average) => average >= least).length, averages.join(", ")).toBeGreaterThanOrEqual(
      4,
    );
  });
});

test.each(ids.filter((id) => !isDiscrete(id)))("%s is refused by what chooses one of several", (id) => {
  expect(() => resolveSettings({ environment: id, algorithm: "reinforce-cross-entropy" })).toThrow(
    /^.* takes real-valued actions \(\w+\), and reinforce-cross-entropy chooses one of several\.$/,
  );
});

test.each(ids.filter(isDiscrete))("%s is refused by what draws real numbers", (id) => {
  expect(() => resolveSettings({ environment: id, algorithm: "reinforce-gaussian" })).toThrow(
    /has actions to choose from, and reinforce-gaussian draws real numbers/,
  );
});
