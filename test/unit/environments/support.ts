import type { Environment, EnvironmentRecord } from "../../../src/environments/environment.ts";
import { createGenerator } from "../../../src/rl/randomGenerator.ts";

/** An environment with the observation it wrote last. */
export interface Stage {
  readonly environment: Environment;
  readonly observation: Float64Array;
  step(...action: number[]): number;
}

/** An environment in that state; where no state is given, after a reset with a fixed seed. */
export function stage(record: EnvironmentRecord, state?: readonly number[], seed = 1): Stage {
  const environment = record.create();
  const observation = new Float64Array(environment.observationSpace.low.length);
  environment.reset(createGenerator(seed, "stage"), observation, 0);
  if (state !== undefined) environment.restore(state, observation, 0);
  const step = (...action: number[]) => environment.step(Float64Array.from(action), 0, observation, 0);
  return { environment, observation, step };
}

/** Many first states, column by column. */
export function startColumns(record: EnvironmentRecord, count = 2000): readonly (readonly number[])[] {
  const environment = record.create();
  const generator = createGenerator(1, "environment");
  const observation = new Float64Array(environment.observationSpace.low.length);
  const starts = Array.from({ length: count }, () => {
    environment.reset(generator, observation, 0);
    return environment.state();
  });
  return starts[0]!.map((_, i) => starts.map((state) => state[i]!));
}
