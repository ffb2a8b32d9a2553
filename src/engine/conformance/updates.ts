import { compileLoss } from "../../loss/evaluate.ts";
import { headNames, offeredSymbols } from "../../loss/names.ts";
import { parseLoss } from "../../loss/parse.ts";
import type { Tensor } from "../../loss/tensor.ts";
import { actionOutputs, outputCount } from "../../policies/architecture.ts";
import { type OutputsGradient, outputsGradient } from "../../policies/heads.ts";
import { KernelsBackend } from "../../policies/kernels.ts";
import { createOptimiserState, gradientNorm, optimiserSpecification } from "../../policies/optimiser.ts";
import type { Heads, PolicySpecification } from "../../policies/policy.ts";
import type { Batch } from "../../rl/batch.ts";
import { discountedReturns, discountPowers } from "../../rl/returns.ts";
import { lossInputs } from "../lossInputs.ts";
import { headAdjoints } from "../lossOnBatch.ts";
import { comparedCase, type Outcome, type PendingCase } from "./outcome.ts";
import { type Fields, fields, list, MalformedCase, text } from "./reading.ts";
import { type UpdateLoss, updateLosses } from "./updateLosses.ts";
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

function lossCase(id: string, entry: Fields, name: string): Outcome {
  const loss = Object.hasOwn(updateLosses, name) ? updateLosses[name]! : undefined;
  if (loss === undefined) throw new MalformedCase(`there is no text for the loss ${name}`);
  const model = readModel(entry);
  const expected = fields(fields(entry.losses)[name], `"${name}"`);
  return comparedCase(id, expected, { ...oneUpdate(model, loss), ...threeAdamSteps(model, loss) });
}

/** Loss, gradients and one step of SGD. */
function oneUpdate(model: UpdateModel, loss: UpdateLoss) {
  const { batch, specification } = model;
  const backend = backendOf(model);
  const heads = forward(backend, batch);
  const { value, byOutputs } = evaluateModel(loss.text, model, heads);
  const policy = part(backend, model, byOutputs, "policy");
  const valueHead = part(backend, model, byOutputs, "value");
  const grad = model.named(backend.backward(byOutputs.outputs, byOutputs.rows).gradient);
  backend.apply(optimiserSpecification("sgd", model.sgdRate), createOptimiserState("sgd", 0), undefined);
  return {
    loss: value,
    per_step_loss: evaluateModel(loss.perStep, model, heads).values,
    dloss_doutputs: actionRows(byOutputs, specification),
    grad,
    step_norm_policy: policy.norms,
    step_dot_policy: policy.projections,
    grad_norm_policy: policy.norm,
    step_norm_value: valueHead.norms,
    step_dot_value: valueHead.projections,
    grad_norm_value: valueHead.norm,
    after_sgd: model.named(backend.theta()),
  };
}

/** Per-step norms, projections and norm of what reaches the policy's parameters alone, or the value network's. */
function part(
  backend: KernelsBackend,
  { specification }: UpdateModel,
  { outputs, rows }: OutputsGradient,
  which: "policy" | "value",
) {
  const width = outputCount(specification);
  const belongs = (column: number) => column < actionOutputs(specification) === (which === "policy");
  const only = outputs.map((adjoint, index) => (belongs(index % width) ? adjoint : 0));
  const { gradient, stepNorms } = backend.backward(only, rows);
  return {
    norms: stepNorms.slice(),
    projections: backend.project(rows).slice(),
    norm: gradientNorm(gradient),
  };
}

function threeAdamSteps(model: UpdateModel, loss: UpdateLoss) {
  const backend = backendOf(model);
  const state = createOptimiserState("adam", model.theta.length);
  const losses: number[] = [];
  for (let step = 0; step < 3; step++) {
    const heads = forward(backend, model.batch);
    const { value, byOutputs } = evaluateModel(loss.text, model, heads);
    losses.push(value);
    backend.backward(byOutputs.outputs, byOutputs.rows);
    backend.apply(optimiserSpecification("adam", model.adamRate), state, undefined);
  }
  return { adam_losses: losses, after_3_adam: model.named(backend.theta()) };
}

function forward(backend: KernelsBackend, batch: Batch): Heads {
  return backend.forward(batch.observations, batch.actions, batch.steps, batch);
}

/** θ + α Σ_t γᵗ G_t ∇ln π(a_t|s_t), straight from the rule: θ held, or (box 13.3) changing at every step. */
function ruleCase(id: string, entry: Fields, rule: (typeof rules)[number]): Outcome {
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
    const steps = { steps: to - from, actions };
    const { outputs, rows } = outputsGradient(model.specification, heads, steps, adjoints);
    backend.backward(outputs, rows);
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
export function evaluateModel(source: string, model: UpdateModel, heads: Heads) {
  const { batch, gamma, specification } = model;
  const { program } = parseLoss(source);
  const symbols = offeredSymbols(specification.gaussian === undefined ? "discrete" : "continuous");
  const compiled = program && compileLoss(program, symbols, { differentiable: headNames() }).compiled;
  if (!compiled) throw new Error(`a loss of the reference does not compile: ${source}`);
  const recorded = new Map<string, Tensor>([
    ["log_pi_old", { shape: [model.batch.steps], data: model.oldLogProbabilities }],
    ["adv", { shape: [model.batch.steps], data: model.advantages }],
  ]);
  const inputs = lossInputs(compiled.leaves, { batch, heads, gamma, learningRate: model.sgdRate });
  for (const name of compiled.leaves) if (recorded.has(name)) inputs.set(name, recorded.get(name)!);
  const evaluation = compiled.evaluate(inputs);
  if (!evaluation.ok) throw new Error(evaluation.diagnostics[0]?.message);
  const steps = { steps: batch.steps, actions: batch.actions, ends: batch };
  return {
    value: evaluation.value,
    values: evaluation.result.value,
    byOutputs: outputsGradient(specification, heads, steps, headAdjoints(evaluation)),
  };
}

/** ∂L/∂ of the action distribution's outputs, a row for each step: the logits, or μ and ln σ. */
export function actionRows({ outputs }: OutputsGradient, specification: PolicySpecification): number[][] {
  const width = outputCount(specification);
  return Array.from({ length: outputs.length / width }, (_, t) =>
    Array.from(outputs.subarray(t * width, t * width + actionOutputs(specification))),
  );
}
