import type * as vscode from "vscode";
import type { BackendView, ChoiceView, InstallableBackend } from "../../protocol/engine.ts";
import type { EngineHost } from "../engine/engineHost.ts";
import type { HostStore } from "../store.ts";
import { backendItems } from "./backendItems.ts";
import { gymPrefix } from "./pythonPlace.ts";
import {
  type backendNames,
  parseHidden,
  parseSeed,
  readTrainArguments,
  type TrainArguments,
} from "./trainArguments.ts";
import { askChoice, askText, backPressed, type StepAnswer } from "./wizardSteps.ts";

const memoryKey = "policyGradient.lastTraining";

type Answers = Pick<TrainArguments, "algorithm" | "environment" | "seed" | "hidden" | "backend">;

export interface TrainPickerOptions {
  readonly engine: EngineHost;
  readonly store: HostStore;
  readonly memory: vscode.Memento;
  /** The backend where nothing else was chosen before. */
  readonly backend: (typeof backendNames)[number];
  /** Installs an absent backend; false where it could not be, or the person called it off. */
  readonly install: (name: InstallableBackend) => Promise<boolean>;
  /** Whether the algorithm is asked for first; else it is REINFORCE. */
  readonly asksAlgorithm: boolean;
}

/** Asks for the algorithm where that is wanted, environment, seed, hidden sizes and backend, with a way back at each step; undefined when dismissed. */
export async function pickTraining({
  engine,
  store,
  memory,
  backend,
  install,
  asksAlgorithm,
}: TrainPickerOptions): Promise<TrainArguments | undefined> {
  const environments = await engine.call("environments", {});
  store.dispatch({ kind: "backends", backends: await engine.call("backends", {}) });
  const title = asksAlgorithm ? "Train" : "Train REINFORCE";
  const first = asksAlgorithm ? [algorithmStep(await engine.call("algorithms", {}))] : [];
  const steps = [...first, ...wizardSteps(title, environments, () => store.model.backends, install)];
  const { algorithm, ...remembered } = recall(memory);
  let answers: Answers = { backend, ...remembered, ...(asksAlgorithm && { algorithm }) };
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
  await memory.update(memoryKey, { ...answers, algorithm: answers.algorithm ?? algorithm });
  return answers;
}

type Step = (answers: Answers, step: number, totalSteps: number) => Promise<StepAnswer<Answers>>;

function algorithmStep(algorithms: readonly ChoiceView[]): Step {
  return async (answers, step, totalSteps) => {
    const items = algorithms.map(({ id, title: label, detail }) => ({ label, detail, id }));
    const picked = await askChoice({
      title: "Train",
      placeholder: "Algorithm",
      items,
      current: answers.algorithm,
      step,
      totalSteps,
    });
    return typeof picked === "object" ? { algorithm: picked.id } : picked;
  };
}

function wizardSteps(
  title: string,
  environments: readonly ChoiceView[],
  backends: () => readonly BackendView[],
  install: TrainPickerOptions["install"],
): Step[] {
  return [
    async (answers, step, totalSteps) => {
      const own = environments.map(({ id, title: label, detail }) => ({
        label,
        description: id,
        detail,
        id,
      }));
      const items = [...own, gymItem];
      const picked = await askChoice({
        title,
        placeholder: "Environment",
        items,
        current: answers.environment?.startsWith(gymPrefix) ? gymPrefix : answers.environment,
        step,
        totalSteps,
      });
      if (typeof picked === "object" && picked.id === gymPrefix)
        return askGym(title, answers, step, totalSteps);
      return typeof picked === "object" ? { environment: picked.id } : picked;
    },
    async (answers, step, totalSteps) => {
      const text = await askText({
        title,
        prompt: "Seed: the same seed gives the same run",
        value: String(answers.seed ?? 1),
        problem: (value) => problemOf(parseSeed(value)),
        step,
        totalSteps,
      });
      if (typeof text !== "object") return text;
      const seed = parseSeed(text.text);
      return seed.ok ? { seed: seed.seed } : undefined;
    },
    async (answers, step, totalSteps) => {
      const text = await askText({
        title,
        prompt: "Hidden sizes, e.g. 16 or 64, 64; empty for the algorithm's default",
        value: answers.hidden?.join(", ") ?? "",
        problem: (value) => problemOf(parseHidden(value)),
        step,
        totalSteps,
      });
      if (typeof text !== "object") return text;
      const hidden = parseHidden(text.text);
      return hidden.ok ? { hidden: hidden.hidden } : undefined;
    },
    async (answers, step, totalSteps) => {
      for (;;) {
        const picked = await askChoice({
          title,
          placeholder: "Backend",
          items: backendItems(backends()),
          current: answers.backend ?? "auto",
          step,
          totalSteps,
        });
        if (typeof picked !== "object") return picked;
        if (picked.absent === undefined || (await install(picked.absent))) return { backend: picked.id };
      }
    },
  ];
}

const gymItem = {
  label: "An environment of Gymnasium…",
  detail: "Any that the Python of this workspace has, by its id",
  id: gymPrefix,
};

async function askGym(
  title: string,
  answers: Answers,
  step: number,
  totalSteps: number,
): Promise<StepAnswer<Answers>> {
  const { environment = "" } = answers;
  const text = await askText({
    title,
    prompt: "Gymnasium's id, e.g. LunarLander-v3, or module:Name-v0 for one of your own",
    value: environment.startsWith(gymPrefix) ? environment.slice(gymPrefix.length) : "",
    problem: (value) =>
      /^[\w./:-]{1,190}$/u.test(value.trim()) ? undefined : "An id such as LunarLander-v3.",
    step,
    totalSteps,
  });
  return typeof text === "object" ? { environment: `${gymPrefix}${text.text.trim()}` } : text;
}

function recall(memory: vscode.Memento): Answers {
  const remembered = readTrainArguments(memory.get(memoryKey, {}));
  return remembered.ok ? remembered.arguments : {};
}

function problemOf(result: { ok: true } | { ok: false; message: string }): string | undefined {
  return result.ok ? undefined : result.message;
}
