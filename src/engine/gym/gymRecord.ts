import type { Environment, EnvironmentRecord } from "../../environments/environment.ts";
import type { ActionSpace, BoxSpace } from "../../environments/spaces.ts";
import { type GymFacts, readFacts } from "./description.ts";

/** What stands before the id of an environment of the user's Gymnasium. */
export const gymPrefix = "gym:";

export function isGym(environment: string): boolean {
  return environment.startsWith(gymPrefix);
}

/** An environment of which only spaces and limits are known here: it is stepped in another process, or was once. */
class DescribedEnvironment implements Environment {
  readonly observationSpace: BoxSpace;
  readonly actionSpace: ActionSpace;
  readonly terminated = false;

  constructor(observationSpace: BoxSpace, actionSpace: ActionSpace) {
    this.observationSpace = observationSpace;
    this.actionSpace = actionSpace;
  }

  reset(): void {
    throw elsewhere();
  }

  step(): number {
    throw elsewhere();
  }

  state(): readonly number[] {
    return [];
  }

  restore(): void {
    throw elsewhere();
  }
}

function elsewhere(): Error {
  return new Error("an environment of Gymnasium is stepped in its Python");
}

/** The record of an environment of the user's Gymnasium, from what its Python said of it: nothing is started. */
export function gymRecord(id: string, facts: GymFacts): EnvironmentRecord {
  const { observationSpace, actionSpace, timeLimit, solvedAt, gymnasium, python } = readFacts(facts);
  return {
    id,
    title: `${id.slice(gymPrefix.length)} of the user's Gymnasium`,
    timeLimit,
    solvedAt,
    reference: `Gymnasium ${gymnasium}, Python ${python}`,
    isElsewhere: true,
    create: () => new DescribedEnvironment(observationSpace, actionSpace),
  };
}
