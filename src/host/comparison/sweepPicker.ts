import * as v from "valibot";
import type * as vscode from "vscode";
import type { ChoiceView } from "../../protocol/engine.ts";
import { askChoice, askChoices, askText, backPressed, type StepAnswer } from "../training/wizardSteps.ts";
import { countSeeds, type SweepArguments, sweepArguments } from "./sweepArguments.ts";

const memoryKey = "policyGradient.lastComparison";
const title = "Train Comparison";
const usual: SweepArguments = {
  environment: "CartPole-v1",
  algorithms: ["reinforce", "reinforce-baseline"],
  seeds: "1-3",
  steps: 50_000,
};

type Step = (
  answers: SweepArguments,
  step: number,
  totalSteps: number,
) => Promise<StepAnswer<Partial<SweepArguments>>>;

/** Asks for algorithms, environment, seeds and how long, with a way back at each step; undefined when dismissed. */
export async function pickSweep(
  algorithms: readonly ChoiceView[],
  environments: readonly ChoiceView[],
  memory: vscode.Memento,
): Promise<SweepArguments | undefined> {
  const steps = [algorithmsStep(algorithms), environmentStep(environments), seedsStep, lengthStep];
  const remembered = v.safeParse(sweepArguments, memory.get(memoryKey));
  let answers = remembered.success ? remembered.output : usual;
  let position = 0;
  while (position < steps.length) {
    const answer = await steps[position]!(answers, position + 1, steps.length);
    if (answer === undefined) return undefined;
    if (answer === backPressed) position = Math.max(0, position - 1);
    else {
      answers = { ...answers, ...answer };
      position += 1;
    }
  }
  await memory.update(memoryKey, answers);
  return answers;
}

const itemOf = ({ id, title: label, detail }: ChoiceView) => ({ label, description: id, detail, id });

function algorithmsStep(algorithms: readonly ChoiceView[]): Step {
  return async (answers, step, totalSteps) => {
    const placeholder = "Algorithms to compare";
    const items = algorithms.map(itemOf);
    const current = answers.algorithms;
    const picked = await askChoices({ title, placeholder, items, current, step, totalSteps });
    return typeof picked === "object" ? { algorithms: picked.map(({ id }) => id) } : picked;
  };
}

function environmentStep(environments: readonly ChoiceView[]): Step {
  return async (answers, step, totalSteps) => {
    const items = environments.map(itemOf);
    const current = answers.environment;
    const picked = await askChoice({ title, placeholder: "Environment", items, current, step, totalSteps });
    return typeof picked === "object" ? { environment: picked.id } : picked;
  };
}

const seedsStep: Step = async (answers, step, totalSteps) => {
  const text = await askText({
    title,
    prompt: "Seeds, e.g. 1-5 or 1,2,8: every algorithm is trained once with each",
    value: answers.seeds,
    problem: (value) => (countSeeds(value) > 0 ? undefined : "A list like 1-5 or 1,2,8."),
    step,
    totalSteps,
  });
  return typeof text === "object" ? { seeds: text.text } : text;
};

const lengthStep: Step = async (answers, step, totalSteps) => {
  const text = await askText({
    title,
    prompt: "Environment steps of every run; empty: until it is solved",
    value: answers.steps === null ? "" : String(answers.steps),
    problem: (value) => (/^\s*([1-9]\d{0,14})?\s*$/.test(value) ? undefined : "A whole number, or nothing."),
    step,
    totalSteps,
  });
  if (typeof text !== "object") return text;
  return { steps: text.text.trim() === "" ? null : Number(text.text) };
};
