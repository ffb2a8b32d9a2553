import type { Generator } from "../rl/generator.ts";
import type { BoxSpace, Environment, EnvironmentRecord } from "./environment.ts";
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

function checkSpaces(environment: Environment): string[] {
  const { observationSpace: box, actionSpace } = environment;
  const problems: string[] = [];
  if (box.low.length === 0) problems.push("the observation space has no dimension");
  if (box.low.length !== box.high.length || box.low.length !== box.names.length) {
    problems.push("low, high and names of the observation space differ in length");
  }
  if (box.low.some((low, i) => !(low <= box.high[i]!)))
    problems.push("a low bound lies above its high bound");
  if (!Number.isInteger(actionSpace.n) || actionSpace.n < 1) problems.push("the action space has no action");
  if (actionSpace.names.length !== actionSpace.n) problems.push("actions and their names differ in number");
  return problems;
}

function* checkRun(record: EnvironmentRecord, generators: () => Generator, steps: number): Iterable<string> {
  const first = new Runner(record.create(), generators());
  const second = new Runner(record.create(), generators());
  const restored = new Runner(record.create(), generators());
  const choices = generators();
  let episodeSteps = 0;
  for (let step = 0; step < steps; step++) {
    if (episodeSteps === 0) yield* checkReset(first, second, restored);
    const action = Math.floor(choices.uniform() * first.environment.actionSpace.n);
    yield* checkStep(first, second, restored, action);
    episodeSteps++;
    const ended = first.environment.terminated || reachesTimeLimit(episodeSteps, record.timeLimit);
    if (ended) episodeSteps = 0;
  }
}

function* checkReset(first: Runner, second: Runner, restored: Runner): Iterable<string> {
  first.reset();
  second.reset();
  if (first.environment.terminated) yield "an episode is terminated right after reset";
  if (!second.sees(first)) yield "two copies with one seed differ";
  yield* first.observationProblems();
  yield* checkRestore(first, restored);
}

function* checkStep(first: Runner, second: Runner, restored: Runner, action: number): Iterable<string> {
  const [reward, secondReward, restoredReward] = [first, second, restored].map((runner) =>
    runner.step(action),
  );
  if (!Number.isFinite(reward)) yield `a reward is ${reward}`;
  if (secondReward !== reward || !second.sees(first)) yield "two copies with one seed differ";
  if (restoredReward !== reward || !restored.sees(first)) yield "a restored copy goes another way";
  yield* first.observationProblems();
  yield* checkRestore(first, restored);
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

  step(action: number): number {
    return this.environment.step(action, this.#cells, 1);
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
