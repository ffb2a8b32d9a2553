import { expect, test } from "vitest";
import { runPeers, settingsOf } from "../../scripts/reproduce/torchPeer.ts";

const python = process.env.ORACLE_PYTHON ?? "";
const steps = 2048;

test.each(["reinforce", "a2c", "ppo"])(
  "%s in PyTorch plays whole episodes of CartPole",
  async (algorithm) => {
    const request = { environment: "CartPole-v1", algorithm, hidden: [8], seed: 3 };
    const [played, again] = await runPeers(python, [
      { request, steps },
      { request, steps },
    ]);
    const { returns, at, steps: taken } = played!;
    expect(taken).toBeGreaterThanOrEqual(steps);
    expect(at).toHaveLength(returns.length);
    expect(at.every((step, place) => step >= (at[place - 1] ?? 0))).toBe(true);
    // A step pays 1, and at most 8 environments have an episode under way.
    const paid = returns.reduce((sum, value) => sum + value, 0);
    expect(paid).toBeLessThanOrEqual(taken);
    expect(paid).toBeGreaterThan(taken - 8 * 500);
    expect(again!.returns).toEqual(returns);
  },
);

test.each([
  ["Pendulum-v1", "a2c"],
  ["MountainCarContinuous-v0", "ppo"],
  ["Pendulum-v1", "reinforce-gaussian"],
  ["FrozenLake-v1", "reinforce"],
])("%s is played with %s", async (environment, algorithm) => {
  // An episode of 999 steps in each of 16 environments ends within these.
  const [{ returns, at } = { returns: [], at: [] }] = await runPeers(python, [
    { request: { environment, algorithm, hidden: [8] }, steps: 16_384 },
  ]);
  expect(returns.length).toBeGreaterThan(0);
  expect(returns.every(Number.isFinite)).toBe(true);
  if (environment === "Pendulum-v1") expect(at[0]! % 200).toBe(0);
});

test("a peer is told our settings, and the numbers of our texts", () => {
  const told = settingsOf({ request: { environment: "Pendulum-v1", algorithm: "a2c", seed: 2 }, steps: 10 });
  expect(told).toMatchObject({
    seed: 2,
    gamma: 0.9,
    numbers: { scale: 0.1, lam: 0.9, c: 0.5 },
    is_normalised: true,
  });
  expect(settingsOf({ request: { algorithm: "ppo" } })).toMatchObject({
    is_critic_clipped: true,
    numbers: { eps: 0.2, lam: 0.95, c: 0.5 },
    solved_at: 475,
    steps: null,
  });
});
