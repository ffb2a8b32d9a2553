import { describe, expect, test } from "vitest";
import { diagnoseTrace } from "../../../src/diagnosis/trace/diagnoseTrace.ts";
import { traceEvidence } from "../../../src/engine/diagnosis/evidence.ts";
import { findEnvironment } from "../../../src/environments/registry.ts";
import { createGenerator } from "../../../src/rl/randomGenerator.ts";
import { TraceReader } from "../../../src/runs/trace/traceReader.ts";

const ids = ["CartPole-v1", "MountainCar-v0", "Acrobot-v1", "Pendulum-v1", "MountainCarContinuous-v0"];

/** Steps of an episode as a recorder would write them; `recorded` may put other rewards beside them. */
function trace(id: string, count: number, recorded: (rewards: readonly number[]) => readonly number[]) {
  const choice = findEnvironment(id);
  if (!choice.ok) throw new Error(choice.message);
  const environment = choice.record.create();
  const generator = createGenerator(5, id);
  const observation = new Float64Array(environment.observationSpace.low.length);
  environment.reset(generator, observation, 0);
  const steps: { obs: number[]; action: number; reward: number; terminated: boolean }[] = [];
  while (steps.length < count && !environment.terminated) {
    const obs = Array.from(observation);
    const action = Math.floor(2 * generator.uniform());
    const reward = environment.step(Float64Array.of(action), 0, observation, 0);
    steps.push({ obs, action, reward, terminated: environment.terminated });
  }
  const rewards = recorded(steps.map(({ reward }) => reward));
  const reader = new TraceReader("replayed");
  const lines = steps.map((step, t) => ({ episode: 1, t, ...step, reward: rewards[t] }));
  reader.push(
    Buffer.from(
      [{ pgtrace: 1, environment: id }, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(""),
    ),
  );
  reader.end();
  return traceEvidence(reader);
}

describe("replaying recorded actions", () => {
  test.for(ids)("%s follows its own observations and rewards", (id) => {
    const { replay } = trace(id, 60, (rewards) => rewards);
    expect(replay?.environment).toBe(id);
    expect(replay!.observationDistance).toBeLessThan(1e-4);
  });

  test("rewards of the step before are named where they differ", () => {
    const shifted = trace("Pendulum-v1", 60, (rewards) => [0, ...rewards.slice(0, -1)]);
    expect(diagnoseTrace(shifted).findings.map(({ id }) => id)).toEqual(["rewards_off_by_one"]);
    expect(diagnoseTrace(trace("Pendulum-v1", 60, (rewards) => rewards)).findings).toEqual([]);
  });

  test("observations that a wrapper changed are not held against the environment", () => {
    const choice = trace("CartPole-v1", 20, (rewards) => rewards);
    expect(choice.replay).toBeDefined();
    const reader = new TraceReader("scaled");
    const steps = [0, 1, 2].map((t) => ({ episode: 1, t, action: 1, reward: 1, obs: [t, 5, 5, t] }));
    reader.push(
      Buffer.from(
        [{ pgtrace: 1, environment: "CartPole-v1" }, ...steps]
          .map((line) => `${JSON.stringify(line)}\n`)
          .join(""),
      ),
    );
    reader.end();
    expect(traceEvidence(reader).replay).toBeUndefined();
  });
});
