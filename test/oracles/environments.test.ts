import { describe, expect, test } from "vitest";
import { floatUlp } from "../../src/engine/conformance/environments.ts";
import type { EnvironmentRecord } from "../../src/environments/environment.ts";
import { findEnvironment } from "../../src/environments/registry.ts";
import { reachesTimeLimit } from "../../src/environments/timeLimit.ts";
import type { Generator } from "../../src/rl/generator.ts";
import { askOracle, type Plain } from "./support.ts";

interface Step {
  readonly action: number;
  readonly state: readonly number[];
  readonly observation: readonly number[];
  readonly reward: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
}

interface Episode {
  readonly environment: string;
  readonly kind: string;
  readonly initial_state: readonly number[];
  readonly steps: readonly Step[];
}

/** Probability, next cell, reward, end. */
type Transition = readonly [number, number, number, boolean];

interface GridFacts {
  readonly environment: string;
  readonly time_limit: number | null;
  readonly start: number;
  readonly transitions: readonly (readonly (readonly Transition[])[])[];
}

interface Facts {
  readonly environment: string;
  readonly time_limit: number;
  readonly solved_at: number | null;
  readonly low: Readonly<Record<string, readonly Plain[]>>;
  readonly high: Readonly<Record<string, readonly Plain[]>>;
}

const { episodes, grids, facts } = askOracle<{
  episodes: readonly Episode[];
  grids: readonly GridFacts[];
  facts: readonly Facts[];
}>("environments", 12);

/** The largest float64 distance that counts as the same state after one step from the same state. */
const rounding = 1e-12;

function recordOf(id: string): EnvironmentRecord {
  const found = findEnvironment(id);
  if (!found.ok) throw new Error(found.message);
  return found.record;
}

function distance(ours: readonly number[], theirs: readonly number[]): number {
  return Math.max(...theirs.map((value, index) => Math.abs(ours[index]! - value)));
}

/** Takes each recorded action from the recorded state before it, so that rounding does not pile up. */
function mismatches({ environment: id, initial_state, steps }: Episode): string[] {
  const record = recordOf(id);
  const environment = record.create();
  const observation = new Float64Array(environment.observationSpace.low.length);
  const stateRounding = record.stateIsFloat32 ? 0 : rounding;
  let before = initial_state;
  return steps.flatMap((step, t) => {
    environment.restore(before, observation, 0);
    const reward = environment.step(Float64Array.of(step.action), 0, observation, 0);
    before = step.state;
    const checks = [
      distance(environment.state(), step.state) <= stateRounding || "state",
      step.observation.every((value, i) => Math.abs(observation[i]! - value) <= floatUlp(value)) ||
        "observation",
      // Pendulum's float32 power is not always the rounded product.
      Math.abs(reward - step.reward) <= 1e-9 || "reward",
      environment.terminated === step.terminated || "terminated",
      reachesTimeLimit(t + 1, record.timeLimit) === step.truncated || "truncated",
    ];
    return checks.filter((check) => check !== true).map((check) => `step ${t}: ${check}`);
  });
}

describe("a classic environment is Gymnasium's", () => {
  test.each(
    episodes.map((episode) => [episode.environment, episode.kind, episode.steps.length, episode] as const),
  )("%s (%s, %i steps)", (_id, _kind, _length, episode) => {
    expect(mismatches(episode)).toEqual([]);
  });

  test("the recorded episodes hold ends and time limits", () => {
    const ends = episodes.map(({ steps }) => steps.at(-1)!);
    expect(ends.some(({ terminated }) => terminated)).toBe(true);
    expect(ends.some(({ truncated }) => truncated)).toBe(true);
  });

  test.each(facts.map((fact) => [fact.environment, fact] as const))("%s has its limits", (id, fact) => {
    const record = recordOf(id);
    const { observationSpace, actionSpace } = record.create();
    expect(record.timeLimit ?? null).toBe(fact.time_limit);
    expect(record.solvedAt ?? null).toBe(fact.solved_at);
    const spaces = { observation: observationSpace, action: actionSpace };
    for (const [key, low] of Object.entries(fact.low) as [keyof typeof spaces, readonly Plain[]][]) {
      const space = spaces[key];
      expect("low" in space && space.low).toEqual(low.map(Number));
      expect("high" in space && space.high).toEqual(fact.high[key]!.map(Number));
    }
  });
});

/** A generator whose every number is the same. */
const always = (value: number): Generator => ({
  uniform: () => value,
  state: () => [],
  restore: () => undefined,
});

/** Where our action leads for each third of the uniform numbers. */
function outcomes(record: EnvironmentRecord, cell: number, action: number): Transition[] {
  return [1, 3, 5].map((sixths) => {
    const environment = record.create();
    const observation = new Float64Array(environment.observationSpace.low.length);
    environment.reset(always(sixths / 6), observation, 0);
    environment.restore([cell], observation, 0);
    const reward = environment.step(Float64Array.of(action), 0, observation, 0);
    return [1 / 3, environment.state()[0]!, reward, environment.terminated];
  });
}

/** The probability of each outcome, by what it is. */
function distribution(transitions: readonly Transition[]): Record<string, number> {
  const chances: Record<string, number> = {};
  for (const [chance, ...outcome] of transitions) {
    const key = outcome.join(" ");
    chances[key] = (chances[key] ?? 0) + chance;
  }
  return chances;
}

describe("a grid world is Gymnasium's", () => {
  test.each(grids.map((grid) => [grid.environment, grid] as const))(
    "%s, from every cell that play reaches",
    (id, grid) => {
      const record = recordOf(id);
      const environment = record.create();
      environment.reset(always(0), new Float64Array(environment.observationSpace.low.length), 0);
      expect(environment.state()).toEqual([grid.start]);
      expect(record.timeLimit ?? null).toBe(grid.time_limit);
      for (const [cell, actions] of grid.transitions.entries()) {
        environment.restore([cell], new Float64Array(environment.observationSpace.low.length), 0);
        if (environment.terminated) continue;
        for (const [action, transitions] of actions.entries()) {
          const theirs = distribution(transitions);
          const ours = distribution(outcomes(record, cell, action));
          expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
          for (const [key, chance] of Object.entries(theirs)) expect(ours[key]).toBeCloseTo(chance, 12);
        }
      }
    },
  );
});
