import { generalisedAdvantages, nStepReturns, temporalDifferenceErrors } from "../../rl/advantages.ts";
import { discountedReturns, discountPowers } from "../../rl/returns.ts";
import { readNumber } from "./compare.ts";
import { comparedCase, type Outcome, type PendingCase } from "./outcome.ts";
import { type Fields, fields, list, MalformedCase, number, numbers } from "./reading.ts";

/** Recomputes a file of the form of returns.json: returns, γᵗ, TD errors, GAE and n-step returns. */
export function* conformReturns(file: Fields): Iterable<PendingCase> {
  for (const [index, entry] of list(file, "cases").entries()) {
    const id = `case/${index}`;
    yield { id, compute: () => returnsCase(id, fields(entry)) };
  }
}

export const isReturns = (file: Fields) =>
  Array.isArray(file.cases) && file.cases.length > 0 && "rewards" in Object(file.cases[0]);

function returnsCase(id: string, entry: Fields): Outcome {
  const rewards = numbers(entry, "rewards");
  const values = numbers(entry, "values");
  const gamma = number(entry, "gamma");
  if (values.length !== rewards.length) throw new MalformedCase("rewards and values differ in number");
  const { ends, bootstrap, time } = readEnds(entry, rewards.length);
  const keys = (key: string) => (entry[key] === undefined ? [] : Object.keys(fields(entry[key], `"${key}"`)));
  return comparedCase(id, entry, {
    gamma_t: discountPowers(time, gamma),
    G: discountedReturns(rewards, gamma, ends, bootstrap),
    G_no_bootstrap: discountedReturns(rewards, gamma, ends),
    delta: temporalDifferenceErrors(rewards, values, gamma, ends, bootstrap),
    gae: Object.fromEntries(
      keys("gae").map((lambda) => [
        lambda,
        generalisedAdvantages(rewards, values, gamma, Number(lambda), ends, bootstrap),
      ]),
    ),
    n_step: Object.fromEntries(
      keys("n_step").map((n) => [n, nStepReturns(rewards, values, gamma, Number(n), ends, bootstrap)]),
    ),
  });
}

function readEnds(entry: Fields, steps: number) {
  const ends = { terminated: new Uint8Array(steps), truncated: new Uint8Array(steps) };
  const bootstrap = new Float64Array(steps);
  for (const value of list(entry, "ends")) {
    const end = fields(value, "an end");
    const index = number(end, "index");
    if (!(index in bootstrap)) throw new MalformedCase(`an episode ends at step ${index} of ${steps}`);
    ends.terminated[index] = end.terminated === true ? 1 : 0;
    ends.truncated[index] = end.truncated === true ? 1 : 0;
    bootstrap[index] = readNumber(end.bootstrap) ?? 0;
  }
  const time = new Float64Array(steps);
  for (let t = 1; t < steps; t++) {
    time[t] = ends.terminated[t - 1] === 1 || ends.truncated[t - 1] === 1 ? 0 : time[t - 1]! + 1;
  }
  return { ends, bootstrap, time };
}
