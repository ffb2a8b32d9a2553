import { layOut, parameterViews } from "../../policies/layout.ts";
import type { ParameterView, PolicySpecification } from "../../policies/policy.ts";
import type { Batch } from "../../rl/batch.ts";
import { type Fields, fields, list, MalformedCase, number, numbers, text } from "./reading.ts";

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

/** Reads a categorical model: a dense network W1, b1, W2, b2, …, or a table theta [states × actions]. */
export function readModel(model: Fields): UpdateModel {
  const policy = fields(model.policy, '"policy"');
  const network = policy.theta === undefined ? readNetwork(model, policy) : readTable(policy);
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

function readNetwork(model: Fields, policy: Fields): Network {
  const layers = text(model, "layers");
  const sizes: number[] = [];
  for (let index = 1; policy[`W${index}`] !== undefined; index++) {
    const weights = list(policy, `W${index}`);
    if (index === 1) sizes.push((weights[0] as readonly unknown[]).length);
    sizes.push(weights.length);
  }
  if (sizes.length < 2) throw new MalformedCase("the policy has no W1");
  const specification: PolicySpecification = {
    observationSize: sizes[0]!,
    hidden: sizes.slice(1, -1),
    activation: layers.includes("tanh") ? "tanh" : "relu",
    bias: policy.b1 !== undefined,
    actionCount: sizes.at(-1)!,
  };
  const layout = layOut(specification);
  const views = parameterViews(layout);
  const theta = new Float64Array(layout.parameterCount);
  for (const { name, offset, length } of views) {
    const values = numbers(policy, name);
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

function shaped(values: Float64Array, { shape, offset, length }: ParameterView) {
  const own = Array.from(values.subarray(offset, offset + length));
  const columns = shape[1];
  if (columns === undefined) return own;
  return Array.from({ length: shape[0]! }, (_, row) => own.slice(row * columns, (row + 1) * columns));
}

/** A table is a linear policy without bias over one-hot observations, with W = thetaᵀ. */
function readTable(policy: Fields): Network {
  const table = list(policy, "theta").map((_, state) =>
    numbers({ row: list(policy, "theta")[state] }, "row"),
  );
  const states = table.length;
  const actionCount = table[0]?.length ?? 0;
  const place = (state: number, action: number) => action * states + state;
  const theta = new Float64Array(states * actionCount);
  for (const [state, row] of table.entries()) {
    for (const [action, value] of row.entries()) theta[place(state, action)] = value;
  }
  return {
    specification: { observationSize: states, hidden: [], activation: "relu", bias: false, actionCount },
    theta,
    named: (values) => ({
      theta: table.map((row, state) => Array.from(row, (_, action) => values[place(state, action)]!)),
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
