import { architectureOf } from "../../policies/architecture.ts";
import type { ParameterView, PolicySpecification } from "../../policies/policy.ts";
import type { Batch } from "../../rl/batch.ts";
import { type Fields, fields, list, MalformedCase, number, numbers, rows, text } from "./reading.ts";

/** A model of a file of the form of updates.json as our policy, batch and data. */
export interface UpdateModel {
  readonly specification: PolicySpecification;
  readonly theta: Float64Array;
  readonly batch: Batch;
  readonly gamma: number;
  readonly sgdRate: number;
  readonly adamRate: number;
  readonly oldLogProbabilities: Float64Array;
  readonly advantages: Float64Array;
  /** θ, or a gradient, under the file's names and in its shapes. */
  named(theta: Float64Array): Readonly<Record<string, readonly number[] | readonly (readonly number[])[]>>;
}

/**
 * Reads a model: a dense network W1, b1, W2, b2, …, whose last layer is Wm, bm (μ) and Ws, bs (ln σ) for a Gaussian
 * policy, or a table theta [states × actions]; with a value network V1, c1, …, or a table v, where the file has one.
 */
export function readModel(model: Fields): UpdateModel {
  const policy = fields(model.policy, '"policy"');
  const value = model.value === undefined ? {} : fields(model.value, '"value"');
  const network =
    policy.theta === undefined ? readNetwork(model, { ...policy, ...value }) : readTable(policy, value);
  const batch = readBatch(
    fields(model.episode, '"episode"'),
    network.specification,
    policy.theta !== undefined,
  );
  return {
    ...network,
    batch,
    gamma: number(model, "gamma"),
    sgdRate: number(model, "lr_sgd"),
    adamRate: number(model, "lr_adam"),
    oldLogProbabilities: numbers(model, "old_log_prob"),
    advantages: numbers(model, "advantages"),
  };
}

type Network = Pick<UpdateModel, "specification" | "theta" | "named">;

function readNetwork(model: Fields, parameters: Fields): Network {
  const specification = readSpecification(text(model, "layers"), parameters);
  const { parameters: views, parameterCount } = architectureOf(specification);
  const theta = new Float64Array(parameterCount);
  for (const { name, offset, length } of views) {
    const values = numbers(parameters, name);
    if (values.length !== length)
      throw new MalformedCase(`${name} has ${values.length} numbers, not ${length}`);
    theta.set(values, offset);
  }
  return {
    specification,
    theta,
    named: (values) => Object.fromEntries(views.map((view) => [view.name, shaped(values, view)])),
  };
}

function readSpecification(layers: string, parameters: Fields): PolicySpecification {
  const sizes: number[] = [];
  for (let index = 1; parameters[`W${index}`] !== undefined; index++) {
    const weights = list(parameters, `W${index}`);
    if (index === 1) sizes.push((weights[0] as readonly unknown[]).length);
    sizes.push(weights.length);
  }
  const isGaussian = parameters.Wm !== undefined;
  if (isGaussian) sizes.push(list(parameters, "Wm").length);
  if (sizes.length < 2) throw new MalformedCase("the policy has no W1");
  return {
    observationSize: sizes[0]!,
    hidden: sizes.slice(1, -1),
    activation: layers.includes("tanh") ? "tanh" : "relu",
    bias: parameters.b1 !== undefined,
    actionCount: sizes.at(-1)!,
    ...(isGaussian && { gaussian: { sigma: "network", by: "exp" } }),
    ...(parameters.V1 !== undefined && { value: { trunk: "own", hidden: valueHidden(parameters) } }),
  };
}

function valueHidden(parameters: Fields): number[] {
  const sizes: number[] = [];
  for (let index = 1; parameters[`V${index}`] !== undefined; index++) {
    sizes.push(list(parameters, `V${index}`).length);
  }
  return sizes.slice(0, -1);
}

function shaped(values: Float64Array, { shape, offset, length }: ParameterView) {
  const own = Array.from(values.subarray(offset, offset + length));
  const columns = shape[1];
  if (columns === undefined) return own;
  return Array.from({ length: shape[0]! }, (_, row) => own.slice(row * columns, (row + 1) * columns));
}

/** A table is a linear policy without bias over one-hot observations, with W = thetaᵀ; likewise its values v. */
function readTable(policy: Fields, value: Fields): Network {
  const table = rows(policy, "theta");
  const states = table.length;
  const actionCount = table[0]?.length ?? 0;
  const values = value.v === undefined ? new Float64Array(0) : numbers(value, "v");
  const place = (state: number, action: number) => action * states + state;
  const theta = new Float64Array(states * actionCount + values.length);
  for (const [state, row] of table.entries()) {
    for (const [action, entry] of row.entries()) theta[place(state, action)] = entry;
  }
  theta.set(values, states * actionCount);
  return {
    specification: {
      observationSize: states,
      hidden: [],
      activation: "relu",
      bias: false,
      actionCount,
      ...(values.length > 0 && { value: { trunk: "own", hidden: [] } }),
    },
    theta,
    named: (given) => ({
      theta: table.map((row, state) => Array.from(row, (_, action) => given[place(state, action)]!)),
      v: Array.from(given.subarray(states * actionCount)),
    }),
  };
}

function readBatch(episode: Fields, specification: PolicySpecification, isTable: boolean): Batch {
  const { observationSize, actionCount } = specification;
  const actions = numbers(episode, "actions");
  const steps = actions.length;
  const seen = numbers(episode, "obs");
  const observations = isTable ? oneHot(seen, observationSize) : seen;
  if (observations.length !== steps * observationSize) {
    throw new MalformedCase(`obs has ${observations.length} numbers, not ${steps} × ${observationSize}`);
  }
  const terminated = new Uint8Array(steps);
  const truncated = new Uint8Array(steps);
  (episode.terminated === false ? truncated : terminated)[steps - 1] = 1;
  return {
    steps,
    observationSize,
    actionCount,
    observations,
    actions,
    rewards: numbers(episode, "rewards"),
    time: Float64Array.from({ length: steps }, (_, t) => t),
    terminated,
    truncated,
    episodes: new Float64Array(steps).fill(1),
  };
}

function oneHot(states: Float64Array, count: number): Float64Array {
  const observations = new Float64Array(states.length * count);
  for (const [t, state] of states.entries()) observations[t * count + state] = 1;
  return observations;
}
