import type { Environment, EnvironmentRecord } from "../../environments/environment.ts";
import { findEnvironment } from "../../environments/registry.ts";
import { actionSize } from "../../environments/spaces.ts";
import { reachesTimeLimit } from "../../environments/timeLimit.ts";
import { type Comparison, compare, merge, type Tolerance, within } from "./compare.ts";
import { computedCase, type Outcome, type PendingCase, skippedCase } from "./outcome.ts";
import { type Fields, fields, list, MalformedCase, number, numbers, rows, text } from "./reading.ts";

/** Recomputes a file of the form of environments.json: recorded Gymnasium episodes. */
export function* conformEnvironments(file: Fields): Iterable<PendingCase> {
  for (const [index, value] of list(file, "episodes").entries()) {
    const id = `episode/${index}`;
    yield { id, compute: () => environmentCase(id, fields(value)) };
  }
}

function environmentCase(id: string, entry: Fields): Outcome {
  const name = text(entry, "env");
  const found = findEnvironment(name);
  return found.ok ? episodeCase(id, entry, found.record) : skippedCase(id, `${name} is not offered yet`);
}

export const isEnvironments = (file: Fields) =>
  Array.isArray(file.episodes) && file.episodes.length > 0 && "env" in Object(file.episodes[0]);

/** What an environment showed, step by step; the observation is the one after the step. */
interface Showing {
  readonly observations: readonly (readonly number[])[];
  readonly rewards: readonly number[];
  readonly terminated: readonly boolean[];
  readonly truncated: readonly boolean[];
  readonly states: readonly (readonly number[])[];
}

/**
 * An episode, twice: as a rollout from the initial state, compared while it is stable, and one step at a time
 * from every recorded state. The numbers shown are the rollout's as long as it is stable, then the single steps'.
 */
function episodeCase(id: string, entry: Fields, record: EnvironmentRecord): Outcome {
  const actions = numbers(entry, "actions");
  const initial = numbers(entry, "initial_state");
  const recorded = rows(entry, "states");
  const stable = number(entry, "stable_steps");
  const environment = record.create();
  const width = actionSize(environment.actionSpace);
  if (recorded.length * width !== actions.length) {
    throw new MalformedCase("states and actions differ in number");
  }
  // What an environment keeps beyond Gymnasium's own state is not in the file.
  const size = initial.length;
  if (size > environment.state().length || recorded.some((state) => state.length !== size)) {
    throw new MalformedCase(`a state of ${record.id} has another number of entries`);
  }
  const start = Array.from(initial);
  const single = show(record, actions, size, (t) => (t === 0 ? start : Array.from(recorded[t - 1]!)));
  const stableActions = actions.subarray(0, stable * width);
  const rollout = show(record, stableActions, size, (t) => (t === 0 ? start : undefined));
  const states = record.stateIsFloat32 ? within(0) : within(1e-12);
  const comparison = merge([compareRollout(entry, rollout, stable), compareSteps(entry, single, states)]);
  const joined = (key: keyof Showing) => [...rollout[key], ...single[key].slice(stable)];
  const computed = {
    observations: joined("observations"),
    rewards: joined("rewards"),
    terminated: joined("terminated"),
    truncated: joined("truncated"),
    states: single.states,
  };
  return computedCase(id, computed, comparison);
}

/** Plays the actions; before step t the state is set to `stateBefore(t)` where that gives one. States have `size` entries. */
function show(
  record: EnvironmentRecord,
  actions: Float64Array,
  size: number,
  stateBefore: (t: number) => readonly number[] | undefined,
): Showing {
  const environment: Environment = record.create();
  const observation = new Float64Array(environment.observationSpace.low.length);
  const width = actionSize(environment.actionSpace);
  const steps = Array.from({ length: actions.length / width }, (_, t) => {
    const state = stateBefore(t);
    if (state !== undefined) environment.restore(state, observation, 0);
    const reward = environment.step(actions, t * width, observation, 0);
    const { terminated } = environment;
    const truncated = reachesTimeLimit(t + 1, record.timeLimit);
    return {
      observation: Array.from(observation),
      reward,
      terminated,
      truncated,
      state: environment.state().slice(0, size),
    };
  });
  return {
    observations: steps.map((step) => step.observation),
    rewards: steps.map((step) => step.reward),
    terminated: steps.map((step) => step.terminated),
    truncated: steps.map((step) => step.truncated),
    states: steps.map((step) => step.state),
  };
}

function compareRollout(entry: Fields, rollout: Showing, stable: number): Comparison {
  const upTo = (key: string) => list(entry, key).slice(0, stable);
  return merge([
    compare(upTo("observations"), rollout.observations, within(2e-6), "rollout observations"),
    compare(upTo("rewards"), rollout.rewards, within(1e-9), "rollout rewards"),
    compare(upTo("terminated"), rollout.terminated, within(0), "rollout terminated"),
  ]);
}

function compareSteps(entry: Fields, single: Showing, states: Tolerance): Comparison {
  const observations = rows(entry, "observations").map((row, t) =>
    merge(
      Array.from(row, (x, i) =>
        compare(x, single.observations[t]?.[i], within(floatUlp(x)), `observations[${t}][${i}]`),
      ),
    ),
  );
  return merge([
    ...observations,
    compare(list(entry, "states"), single.states, states, "states"),
    compare(list(entry, "rewards"), single.rewards, within(1e-9), "rewards"),
    compare(list(entry, "terminated"), single.terminated, within(0), "terminated"),
    compare(list(entry, "truncated"), single.truncated, within(0), "truncated"),
  ]);
}

/** The distance from |x| to the next greater float32. */
export function floatUlp(x: number): number {
  const exponent = Math.floor(Math.log2(Math.max(Math.abs(x), 2 ** -126)));
  return 2 ** (exponent - 23);
}
