import { compileLoss, type Evaluation } from "../../loss/evaluate.ts";
import { headNames, offeredSymbols } from "../../loss/names.ts";
import { parseLoss } from "../../loss/parse.ts";
import type { Tensor } from "../../loss/tensor.ts";
import { logitsGradient } from "../../policies/heads.ts";
import { KernelsBackend } from "../../policies/kernels.ts";
import { createOptimiserState, gradientNorm, optimiserSpecification } from "../../policies/optimiser.ts";
import type { Heads } from "../../policies/policy.ts";
import { discountedReturns, discountPowers } from "../../rl/returns.ts";
import { lossInputs } from "../lossInputs.ts";
import { comparedCase, type Outcome, type PendingCase, skippedCase } from "./outcome.ts";
import { type Fields, fields, list, MalformedCase, text } from "./reading.ts";
import { type UpdateLoss, updateLosses, valueLosses } from "./updateLosses.ts";
import { readModel, type UpdateModel } from "./updateModel.ts";

const rules = ["x_raw_rule", "x_raw_rule_in_loop"] as const;

/** Recomputes a file of the form of updates.json: losses, gradients and steps of small policies. */
export function* conformUpdates(file: Fields): Iterable<PendingCase> {
  for (const value of list(file, "models")) {
    const model = fields(value, "a model");
    const name = text(model, "name");
    for (const loss of Object.keys(fields(model.losses ?? {}, '"losses"'))) {
      const id = `${name}/${loss}`;
      yield { id, compute: () => lossCase(id, model, loss) };
    }
    for (const rule of rules) {
      const id = `${name}/${rule}`;
      if (model[rule] !== undefined) yield { id, compute: () => ruleCase(id, model, rule) };
    }
  }
}

export const isUpdates = (file: Fields) => Array.isArray(file.models) && "losses" in Object(file.models[0]);

function whyNot(model: Fields, loss?: string): string | undefined {
  if (model.kind !== "categorical") return "needs a Gaussian head, which is not offered yet";
  if (loss !== undefined && valueLosses.has(loss)) return "needs a value head, which is not offered yet";
  return undefined;
}

function lossCase(id: string, entry: Fields, name: string): Outcome {
  const reason = whyNot(entry, name);
  if (reason !== undefined) return skippedCase(id, reason);
  const loss = Object.hasOwn(updateLosses, name) ? updateLosses[name]! : undefined;
  if (loss === undefined) throw new MalformedCase(`there is no text for the loss ${name}`);
  const model = readModel(entry);
  const expected = fields(fields(entry.losses)[name], `"${name}"`);
  return comparedCase(id, expected, { ...oneUpdate(model, loss), ...threeAdamSteps(model, loss) });
}

/** Loss, gradients and one step of SGD. */
function oneUpdate(model: UpdateModel, loss: UpdateLoss) {
  const { batch, specification } = model;
  const { steps } = batch;
  const backend = backendOf(model);
  const heads = backend.forward(batch.observations, batch.actions, steps);
  const { value, adjoints } = evaluate(loss.text, model, heads);
  const byLogits = logitsGradient(heads, batch.actions, specification.actionCount, adjoints);
  const { gradient, stepNorms } = backend.backward(byLogits, steps);
  const grad = model.named(gradient);
  const projections = backend.project(steps);
  backend.apply(optimiserSpecification("sgd", model.sgdRate), createOptimiserState("sgd", 0), undefined);
  return {
    loss: value,
    per_step_loss: evaluate(loss.perStep, model, heads).values,
    dloss_doutputs: rowsOf(byLogits, specification.actionCount),
    grad,
    step_norm_policy: stepNorms,
    step_dot_policy: projections,
    grad_norm_policy: gradientNorm(gradient),
    after_sgd: model.named(backend.theta()),
  };
}

function threeAdamSteps(model: UpdateModel, loss: UpdateLoss) {
  const { batch } = model;
  const backend = backendOf(model);
  const state = createOptimiserState("adam", model.theta.length);
  const losses: number[] = [];
  for (let step = 0; step < 3; step++) {
    const heads = backend.forward(batch.observations, batch.actions, batch.steps);
    const { value, adjoints } = evaluate(loss.text, model, heads);
    losses.push(value);
    backend.backward(logitsGradient(heads, batch.actions, batch.actionCount, adjoints), batch.steps);
    backend.apply(optimiserSpecification("adam", model.adamRate), state, undefined);
  }
  return { adam_losses: losses, after_3_adam: model.named(backend.theta()) };
}

/** θ + α Σ_t γᵗ G_t ∇ln π(a_t|s_t), straight from the rule: θ held, or (box 13.3) changing at every step. */
function ruleCase(id: string, entry: Fields, rule: (typeof rules)[number]): Outcome {
  const reason = whyNot(entry);
  if (reason !== undefined) return skippedCase(id, reason);
  const model = readModel(entry);
  const { batch, gamma, sgdRate } = model;
  const powers = discountPowers(batch.time, gamma);
  const weights = discountedReturns(batch.rewards, gamma, batch).map((G, t) => powers[t]! * G);
  const backend = backendOf(model);
  const size = batch.observationSize;
  const climb = (from: number, to: number) => {
    const actions = batch.actions.slice(from, to);
    const heads = backend.forward(batch.observations.slice(from * size, to * size), actions, to - from);
    const adjoints = { logProbabilities: weights.slice(from, to).map((weight) => -weight) };
    backend.backward(logitsGradient(heads, actions, batch.actionCount, adjoints), to - from);
    backend.apply(optimiserSpecification("sgd", sgdRate), createOptimiserState("sgd", 0), undefined);
  };
  if (rule === "x_raw_rule") climb(0, batch.steps);
  else for (let t = 0; t < batch.steps; t++) climb(t, t + 1);
  return comparedCase(id, entry[rule], model.named(backend.theta()));
}

function backendOf({ specification, theta }: UpdateModel): KernelsBackend {
  const backend = new KernelsBackend(specification);
  backend.setTheta(theta);
  return backend;
}

/** Evaluates a text of the loss language on a model's batch, with its recorded log-probabilities and advantages. */
function evaluate(source: string, model: UpdateModel, heads: Heads) {
  const { program } = parseLoss(source);
  const compiled =
    program && compileLoss(program, offeredSymbols(), { differentiable: headNames() }).compiled;
  if (!compiled) throw new Error(`a loss of the reference does not compile: ${source}`);
  const recorded = new Map<string, Tensor>([
    ["log_pi_old", { shape: [model.batch.steps], data: model.oldLogProbabilities }],
    ["adv", { shape: [model.batch.steps], data: model.advantages }],
  ]);
  const { batch, gamma } = model;
  const inputs = lossInputs(compiled.leaves, { batch, heads, gamma, learningRate: model.sgdRate });
  for (const name of compiled.leaves) if (recorded.has(name)) inputs.set(name, recorded.get(name)!);
  const evaluation = compiled.evaluate(inputs);
  if (!evaluation.ok) throw new Error(evaluation.diagnostics[0]?.message);
  return { value: evaluation.value, values: evaluation.result.value, adjoints: adjointsOf(evaluation) };
}

function adjointsOf(evaluation: Evaluation) {
  const named = {
    logProbabilities: evaluation.adjoint("log_pi"),
    entropies: evaluation.adjoint("entropy"),
    logits: evaluation.adjoint("logits"),
    probabilities: evaluation.adjoint("pi"),
  };
  return Object.fromEntries(Object.entries(named).filter(([, adjoint]) => adjoint !== undefined));
}

function rowsOf(values: Float64Array, columns: number): number[][] {
  return Array.from({ length: values.length / columns }, (_, t) =>
    Array.from(values.subarray(t * columns, (t + 1) * columns)),
  );
}
