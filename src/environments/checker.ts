import type { Generator } from "../rl/generator.ts";
import type { Environment, EnvironmentRecord } from "./environment.ts";
import { type ActionSpace, actionSize, type BoxSpace } from "./spaces.ts";
import { reachesTimeLimit } from "./timeLimit.ts";

/**
 * Checks an environment against the contract of `Environment` by running it for `steps` random steps.
 * `generators` gives equal generators at every call. @returns one line per broken promise; empty if it keeps all.
 */
export function checkEnvironment(
  record: EnvironmentRecord,
  generators: () => Generator,
  steps = 50,
): readonly string[] {
  const environment = record.create();
  const problems = checkSpaces(environment);
  if (problems.length > 0) return problems;
  return [...new Set(checkRun(record, generators, steps))];
}

function checkSpaces({ observationSpace, actionSpace }: Environment): string[] {
  const problems = checkBox(observationSpace, "observation");
  if (actionSpace.kind === "box") return [...problems, ...checkBox(actionSpace, "action")];
  if (!Number.isInteger(actionSpace.n) || actionSpace.n < 1) problems.push("the action space has no action");
  if (actionSpace.names.length !== actionSpace.n) problems.push("actions and their names differ in number");
  return problems;
}

function checkBox({ low, high, names }: BoxSpace, what: string): string[] {
  const problems: string[] = [];
  if (low.length === 0) problems.push(`the ${what} space has no dimension`);
  if (low.length !== high.length || low.length !== names.length) {
    problems.push(`low, high and names of the ${what} space differ in length`);
  }
  if (low.some((bound, i) => !(bound <= high[i]!))) problems.push("a low bound lies above its high bound");
  return problems;
}

function* checkRun(record: EnvironmentRecord, generators: () => Generator, steps: number): Iterable<string> {
  const first = new Runner(record.create(), generators());
  const fresh = () => new Runner(record.create(), generators());
  const second = new Runner(record.create(), generators());
  const restored = new Runner(record.create(), generators());
  const choices = generators();
  let episodeSteps = 0;
  for (let step = 0; step < steps; step++) {
    if (episodeSteps === 0) yield* checkReset(first, second, restored, fresh());
    const action = drawAction(first.environment.actionSpace, choices);
    yield* checkStep(first, second, restored, action);
    yield* checkRestore(first, fresh());
    episodeSteps++;
    const ended = first.environment.terminated || reachesTimeLimit(episodeSteps, record.timeLimit);
    if (ended) episodeSteps = 0;
  }
}

/** Any action, also one beyond the bounds of a box. */
function drawAction(space: ActionSpace, choices: Generator): Float64Array {
  if (space.kind === "discrete") return Float64Array.of(Math.floor(choices.uniform() * space.n));
  return Float64Array.from({ length: actionSize(space) }, (_, i) => {
    const low = Math.max(space.low[i]!, -1e3);
    const high = Math.min(space.high[i]!, 1e3);
    return low + (high - low) * (1.5 * choices.uniform() - 0.25);
  });
}

function* checkReset(first: Runner, second: Runner, restored: Runner, fresh: Runner): Iterable<string> {
  first.reset();
  second.reset();
  // For its generator, from which steps may draw; the state is set below.
  restored.reset();
  if (first.environment.terminated) yield "an episode is terminated right after reset";
  if (!second.sees(first)) yield "two copies with one seed differ";
  yield* first.observationProblems();
  yield* checkRestore(first, fresh);
  restored.restore(first.environment.state());
}

function* checkStep(first: Runner, second: Runner, restored: Runner, action: Float64Array): Iterable<string> {
  const [reward, secondReward, restoredReward] = [first, second, restored].map((runner) =>
    runner.step(action),
  );
  if (!Number.isFinite(reward)) yield `a reward is ${reward}`;
  if (secondReward !== reward || !second.sees(first)) yield "two copies with one seed differ";
  if (restoredReward !== reward || !restored.sees(first)) yield "a restored copy goes another way";
  yield* first.observationProblems();
  restored.restore(first.environment.state());
}

function* checkRestore(first: Runner, restored: Runner): Iterable<string> {
  restored.restore(first.environment.state());
  if (!restored.sees(first)) yield "restore does not give the observation and the end of the state it sets";
}

/** An environment with its generator and the observation it wrote last, inside guard cells. */
class Runner {
  readonly environment: Environment;
  readonly #generator: Generator;
  readonly #box: BoxSpace;
  readonly #cells: Float64Array;

  constructor(environment: Environment, generator: Generator) {
    this.environment = environment;
    this.#generator = generator;
    this.#box = environment.observationSpace;
    this.#cells = new Float64Array(this.#box.low.length + 2).fill(Number.NaN);
  }

  reset(): void {
    this.environment.reset(this.#generator, this.#cells, 1);
  }

  restore(state: readonly number[]): void {
    this.environment.restore(JSON.parse(JSON.stringify(state)) as number[], this.#cells, 1);
  }

  step(action: Float64Array): number {
    return this.environment.step(action, 0, this.#cells, 1);
  }

  /** Whether state, observation and end are those of another runner, bit for bit. */
  sees(other: Runner): boolean {
    const state = this.environment.state();
    return (
      this.environment.terminated === other.environment.terminated &&
      this.#cells.every((value, i) => same(value, other.#cells[i])) &&
      other.environment.state().every((value, i) => same(value, state[i]))
    );
  }

  observationProblems(): string[] {
    const observation = this.#cells.subarray(1, -1);
    const problems: string[] = [];
    if (!Number.isNaN(this.#cells[0]) || !Number.isNaN(this.#cells.at(-1))) {
      problems.push("it writes beside its observation");
    }
    if (observation.some((value, i) => !(value >= this.#box.low[i]! && value <= this.#box.high[i]!))) {
      problems.push("an observation lies outside its space");
    }
    return problems;
  }
}

/** Equal numbers, or both not a number; JSON does not keep the sign of 0. */
function same(value: number, other: number | undefined): boolean {
  return value === other || Object.is(value, other);
}
