import type { DevicePolicy } from "../../policies/devicePolicy.ts";
import { HeadReader } from "../../policies/headReader.ts";
import { createOptimiserState, gradientNorm, optimiserSpecification } from "../../policies/optimiser.ts";
import type { Heads } from "../../policies/policy.ts";
import type { Batch } from "../../rl/batch.ts";
import type { DeviceBackend } from "../backends/deviceBackend.ts";
import { type Comparison, compare, merge, type Tolerance } from "./compare.ts";
import { computedCase, errorCase, type Outcome } from "./outcome.ts";
import { type Fields, fields, list, MalformedCase, text } from "./reading.ts";
import { type UpdateLoss, updateLosses } from "./updateLosses.ts";
import { readModel, type UpdateModel } from "./updateModel.ts";
import { evaluateModel } from "./updates.ts";

/** How far float32 may lie from the file's float64, in proportion to the largest of the numbers compared. */
const precision = 1e-4;

/** Recomputes a file of the form of updates.json with a device's outputs, gradients and steps. */
export async function* conformUpdatesOnDevice(file: Fields, backend: DeviceBackend): AsyncIterable<Outcome> {
  for (const value of list(file, "models")) {
    const entry = fields(value, "a model");
    for (const name of Object.keys(fields(entry.losses ?? {}, '"losses"'))) {
      const id = `${text(entry, "name")}/${name}`;
      yield await guarded(id, () => lossCase(id, entry, name, backend));
    }
  }
}

async function guarded(id: string, compute: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await compute();
  } catch (error) {
    if (error instanceof MalformedCase) return errorCase(id, error.message);
    throw error;
  }
}

async function lossCase(id: string, entry: Fields, name: string, backend: DeviceBackend): Promise<Outcome> {
  const loss = Object.hasOwn(updateLosses, name) ? updateLosses[name]! : undefined;
  if (loss === undefined) throw new MalformedCase(`there is no text for the loss ${name}`);
  const model = readModel(entry);
  const expected = fields(fields(entry.losses)[name], `"${name}"`);
  const policy = backend.createPolicy(model.specification);
  try {
    const computed = {
      ...(await oneUpdate(policy, model, loss)),
      ...(await threeAdamSteps(policy, model, loss)),
    };
    return computedCase(id, computed, compareKeys(expected, computed));
  } finally {
    policy.dispose();
  }
}

/** Loss, gradient and one step of SGD; per-step figures where no value head shares them out among two networks. */
async function oneUpdate(policy: DevicePolicy, model: UpdateModel, loss: UpdateLoss) {
  const heads = await begin(policy, model);
  const { value, byOutputs } = evaluateModel(loss.text, model, heads);
  policy.backward(byOutputs.outputs);
  const gradient = await policy.gradient();
  const projections = await policy.project();
  policy.step(optimiserSpecification("sgd", model.sgdRate), 1, undefined);
  const { theta, stepNorms, gradientNorm: norm } = await policy.figures();
  const steps = { step_norm_policy: stepNorms, step_dot_policy: projections, grad_norm_policy: norm };
  return {
    loss: value,
    per_step_loss: evaluateModel(loss.perStep, model, heads).values,
    grad: model.named(gradient),
    ...(model.specification.value === undefined && steps),
    after_sgd: model.named(theta),
  };
}

async function threeAdamSteps(policy: DevicePolicy, model: UpdateModel, loss: UpdateLoss) {
  const losses: number[] = [];
  let heads = await begin(policy, model);
  policy.setMoments(createOptimiserState("adam", model.theta.length).moments);
  for (let count = 1; count <= 3; count++) {
    if (count > 1) heads = await forward(policy, model);
    const { value, byOutputs } = evaluateModel(loss.text, model, heads);
    losses.push(value);
    policy.backward(byOutputs.outputs);
    policy.step(optimiserSpecification("adam", model.adamRate), count, undefined);
  }
  const { theta } = await policy.figures();
  return { adam_losses: losses, after_3_adam: model.named(theta) };
}

function begin(policy: DevicePolicy, model: UpdateModel): Promise<Heads> {
  policy.setTheta(model.theta);
  return forward(policy, model);
}

async function forward(policy: DevicePolicy, { batch, specification }: UpdateModel): Promise<Heads> {
  const rows = batch.observations.length / batch.observationSize;
  policy.forward(batch.observations, rows);
  const reader = new HeadReader(specification, rows);
  return reader.readAll(await policy.outputs(), batch.actions, batch.steps, batch satisfies Batch);
}

/** Each key that both have, within `precision` of the largest number under it. */
function compareKeys(expected: Fields, computed: Readonly<Record<string, unknown>>): Comparison {
  const common = Object.keys(computed).filter((key) => Object.hasOwn(expected, key));
  return merge(common.map((key) => compare(expected[key], computed[key], toleranceFor(expected[key]), key)));
}

function toleranceFor(expected: unknown): Tolerance {
  const size = gradientNorm(Float64Array.from(numbersIn(expected)));
  return { absolute: precision * Math.max(size, 1e-3), relative: precision, floor: 0 };
}

function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}
