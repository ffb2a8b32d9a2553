import { type Layout, layOut, parameterViews } from "./layout.ts";
import type { ParameterView, PolicySpecification } from "./policy.ts";

/**
 * What a policy computes per step, its outputs: K logits, or d means μ and d raw deviations s; then V where there is a
 * value head. O numbers in all, whichever network or parameter they come from.
 */
export interface Architecture {
  /** Observation → logits, or μ (and s where it comes from the network); and V where the trunk is shared. */
  readonly policy: Layout;
  /** Number of outputs that are parameters themselves, after those of the policy network: s, or none. */
  readonly free: number;
  /** Observation → V, after the free parameters in θ. */
  readonly value: Layout | undefined;
  readonly parameterCount: number;
  readonly parameters: readonly ParameterView[];
}

/** O: how many numbers a policy puts out per step. */
export function outputCount(specification: PolicySpecification): number {
  return actionOutputs(specification) + (specification.value === undefined ? 0 : 1);
}

/** How many of the outputs belong to the action distribution: K, or 2d. They come first. */
export function actionOutputs({ actionCount, gaussian }: PolicySpecification): number {
  return gaussian === undefined ? actionCount : 2 * actionCount;
}

/** Lays out the parts of a policy in θ: policy network, free deviations, value network. Throws a RangeError for a wrong size. */
export function architectureOf(specification: PolicySpecification): Architecture {
  const { gaussian, value, actionCount } = specification;
  const free = gaussian?.sigma === "parameter" ? actionCount : 0;
  const shared = value?.trunk === "shared" ? 1 : 0;
  const policy = layOut(specification, actionOutputs(specification) - free + shared);
  const valueLayout =
    value?.trunk === "own" ? layOut({ ...specification, hidden: value.hidden }, 1) : undefined;
  const valueOffset = policy.parameterCount + free;
  const parameters = [
    ...parameterViews(policy).flatMap((view) => splitLast(view, policy, lastRows(specification))),
    ...(free === 0 ? [] : [{ name: "s", shape: [free], offset: policy.parameterCount, length: free }]),
    ...(valueLayout === undefined ? [] : parameterViews(valueLayout).map(valueView(valueOffset))),
  ];
  const parameterCount = valueOffset + (valueLayout?.parameterCount ?? 0);
  return { policy, free, value: valueLayout, parameterCount, parameters };
}

/** The rows of the policy network's last layer by what they give. */
function lastRows({ actionCount, gaussian, value }: PolicySpecification): (readonly [string, number])[] {
  const action: (readonly [string, number])[] =
    gaussian === undefined
      ? [["", actionCount]]
      : [["m", actionCount], ...(gaussian.sigma === "network" ? [["s", actionCount] as const] : [])];
  return value?.trunk === "shared" ? [...action, ["v", 1]] : action;
}

/** Names the rows of the last layer's W and b; a policy with logits alone keeps its plain names. */
function splitLast(
  view: ParameterView,
  { layers }: Layout,
  rows: readonly (readonly [string, number])[],
): ParameterView[] {
  if (!view.name.endsWith(String(layers.length))) return [view];
  const [, columns = 1] = view.shape;
  let offset = view.offset;
  return rows.map(([suffix, count]) => {
    const name = suffix === "" ? view.name : view.name.charAt(0) + suffix;
    const shape = [count, ...view.shape.slice(1)];
    const split = { name, shape, offset, length: count * columns };
    offset += split.length;
    return split;
  });
}

/** W1, b1 of a value network are V1, c1. */
function valueView(start: number) {
  return (view: ParameterView): ParameterView => {
    const letter = view.name.startsWith("W") ? "V" : "c";
    return { ...view, name: letter + view.name.slice(1), offset: start + view.offset };
  };
}
