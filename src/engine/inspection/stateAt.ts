import type { EnvironmentRecord } from "../../environments/environment.ts";
import { actionSize } from "../../environments/spaces.ts";
import type { Batch } from "../../rl/batch.ts";
import { createGenerator } from "../../rl/randomGenerator.ts";

/**
 * The environment's state before step `step`, where it follows from the batch: an episode is played again
 * from a reset, and counts only if every observation and reward up to the step comes out as recorded.
 * Undefined where the start is random and so cannot be told from the batch.
 */
export function stateAt(
  record: EnvironmentRecord,
  batch: Batch,
  step: number,
): readonly number[] | undefined {
  const environment = record.create();
  const { observationSize } = batch;
  const observation = new Float64Array(observationSize);
  const matches = (row: number) => {
    for (let i = 0; i < observationSize; i++) {
      if (observation[i] !== batch.observations[row * observationSize + i]) return false;
    }
    return true;
  };
  const width = actionSize(environment.actionSpace);
  let row = step - (batch.time[step] as number);
  environment.reset(createGenerator(0, "state"), observation, 0);
  for (; row < step; row++) {
    if (!matches(row)) return undefined;
    if (environment.step(batch.actions, row * width, observation, 0) !== batch.rewards[row]) return undefined;
  }
  return matches(step) ? environment.state() : undefined;
}
