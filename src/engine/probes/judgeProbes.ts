import type { ProbeView } from "../../protocol/views.ts";
import { actionNames } from "./linearPolicy.ts";
import type { ProbeTask } from "./probeTask.ts";
import type { ProbeMeasurement } from "./runProbe.ts";

/** π above which an action has been learned, and below which its opposite has. */
const learned = 0.8;
const unlearned = 0.2;
/** Standard errors beyond which a mean is no chance: one in two million. */
const chance = 5;

/** How far V may lie from what is expected. */
const near = 0.15;

type Outcome = "works" | "wrong value" | "opposite" | "undecided" | "drifts" | "unmoved" | "no numbers";

export interface MeasuredProbe {
  readonly task: ProbeTask;
  readonly measurement: ProbeMeasurement;
}

/** What each probe says of the loss; why one fails is told with what the others say. */
export function judgeProbes(measured: readonly MeasuredProbe[]): readonly ProbeView[] {
  const outcomes = new Map(measured.map(({ task, measurement }) => [task.id, outcomeOf(task, measurement)]));
  return measured.map(({ task, measurement }) => {
    const outcome = outcomes.get(task.id) as Outcome;
    return {
      id: task.id,
      environment: task.environment,
      title: task.title,
      asks: task.asks,
      works: outcome === "works",
      expected: expected(task),
      seen: seen(task, measurement),
      hint: outcome === "works" ? null : hint(task.id, outcome, outcomes),
    };
  });
}

/** Whether a measurement is what the probe asks for. */
export function isAsAsked(task: ProbeTask, measurement: ProbeMeasurement): boolean {
  return outcomeOf(task, measurement) === "works";
}

function outcomeOf(task: ProbeTask, measurement: ProbeMeasurement): Outcome {
  if (measurement.kind === "failed") return "no numbers";
  if (measurement.kind === "still") {
    const drift = Math.max(...measurement.drifts.map(Math.abs));
    return drift > chance ? "drifts" : "works";
  }
  if (measurement.kind === "value") return valueOutcome(task, measurement.estimates);
  const lowest = Math.min(...measurement.probabilities.flat());
  const highest = Math.max(...measurement.probabilities.flat());
  if (lowest >= learned) return "works";
  if (!measurement.moved) return "unmoved";
  return highest <= unlearned ? "opposite" : "undecided";
}

function valueOutcome({ expectations }: ProbeTask, estimates: readonly (readonly number[])[]): Outcome {
  if (estimates.flat().every((value) => value === 0)) return "unmoved";
  const isNear = expectations.every(({ value = 0 }, i) =>
    estimates[i]!.every((estimate) => Math.abs(estimate - value) <= near),
  );
  return isNear ? "works" : "wrong value";
}

function expected(task: ProbeTask): string {
  if (task.kind === "value") {
    return task.expectations.map(({ when, value = 0 }) => `${words(when)}V = ${value}`).join(", ");
  }
  if (task.kind === "still") return "no preference";
  return task.expectations.map(({ when, action }) => `${words(when)}${actionNames[action]}`).join(", ");
}

function seen(task: ProbeTask, measurement: ProbeMeasurement): string {
  if (measurement.kind === "failed") return measurement.reason;
  const of = (i: number) => words(task.expectations[i]?.when ?? "");
  if (measurement.kind === "still") {
    return measurement.drifts.map((drift, i) => `${of(i)}${driftWords(drift)}`).join(", ");
  }
  if (measurement.kind === "value") {
    return measurement.estimates.map((seeds, i) => `${of(i)}V = ${rounded(seeds)}`).join(", ");
  }
  return measurement.probabilities
    .map((seeds, i) => {
      const name = actionNames[task.expectations[i]?.action ?? 0];
      return `${of(i)}π(${name}) = ${rounded(seeds)}`;
    })
    .join(", ");
}

function driftWords(drift: number): string {
  if (Math.abs(drift) > 1000) return `a steady pull towards ${actionNames[drift > 0 ? 1 : 0]}`;
  return `drift of ${drift.toFixed(1)} standard errors`;
}

const rounded = (values: readonly number[]) => values.map((value) => value.toFixed(2)).join(" ");
const words = (when: string) => (when === "" ? "" : `${when}: `);

/** The likely mistake. A sign or a missing gradient explains every failure; else what this probe alone asks. */
function hint(id: string, outcome: Outcome, outcomes: ReadonlyMap<string, Outcome>): string {
  const action = outcomes.get("action");
  if (outcome === "no numbers") return hints.numbers;
  if (id.startsWith("value")) return outcome === "unmoved" ? hints.unmovedValue : hints.value;
  if (outcome === "unmoved") return hints.gradient;
  if (action === "opposite" && outcome === "opposite") return hints.sign;
  if (action !== "works" && id === "action") return outcome === "opposite" ? hints.sign : hints.weight;
  if (action !== "works" && outcome !== "drifts") return hints.first;
  return own[id] ?? hints.weight;
}

const hints = {
  unmovedValue:
    "Value: no gradient reaches V. The loss needs a term in V outside detach(), as ((G.detach() - V)**2).sum().",
  value:
    "Value: V does not become the return. Where returns are normalised first that is meant; else pull V towards G, as ((G.detach() - V)**2).sum() does.",
  numbers:
    "Numbers: divide by nothing that can be 0; a standard deviation is where all returns are equal, so add an eps.",
  gradient: "Gradient: none reaches the policy. The loss needs log_pi (or logits, pi) outside detach().",
  sign: "Sign: the loss must fall where log π of a rewarded action grows; this one rises. Put a minus before it.",
  weight:
    "Weight: log π of an action must be weighed by the reward it earned; here nothing or something else weighs it.",
  first: "First mend what the probe of the action says.",
} as const;

/** The mistake that a probe is there for. */
const own: Readonly<Record<string, string>> = {
  constant:
    "Bias: an action gains although all pay the same. Something other than log π of the taken action is pushed.",
  observed:
    "Bias: an action gains although only the observation pays. A weight must not depend on the action's number.",
  both: "Observation: the weight of a step must multiply log π of that same step, before anything is averaged.",
  delayed:
    "Credit: weigh each step by all that follows it, as discounted_returns(r, gamma) does, not by its own reward.",
  discounted: "Discount: a reward that comes later counts in full. Use gamma where returns are computed.",
};
