import { architectureOf } from "../../../policies/architecture.ts";
import type { PolicySpecification } from "../../../policies/policy.ts";
import { FreePart } from "./freePart.ts";
import { NetworkPart } from "./networkPart.ts";
import type { TensorPart } from "./tensorPart.ts";

/** What a device computes of a policy: parts whose outputs follow each other, [T × O] in all, as their parameters do in θ. */
export interface DenseParts {
  readonly observationSize: number;
  /** Units of the widest layer, the observation among them. */
  readonly widest: number;
  readonly parts: readonly TensorPart[];
  readonly parameterCount: number;
  /** Where the parameters of a value network begin, which may have a step size of their own; |θ| without one. */
  readonly valueStart: number;
  /** O. */
  readonly outputs: number;
}

/** The parts of a policy. Throws a RangeError for sizes that are no positive integers. */
export function partsOf(specification: PolicySpecification): DenseParts {
  const { activation, observationSize } = specification;
  const { policy, free, value } = architectureOf(specification);
  const rows = new PartRow();
  rows.add((parameter, output) => new NetworkPart(policy, activation, parameter, output));
  if (free > 0) rows.add((parameter, output) => new FreePart(free, parameter, output));
  if (value) rows.add((parameter, output) => new NetworkPart(value, activation, parameter, output));
  const { parts, parameterCount, outputs } = rows;
  const valueStart = parameterCount - (value?.parameterCount ?? 0);
  const layers = [...policy.layers, ...(value?.layers ?? [])];
  const widest = Math.max(observationSize, ...layers.map((layer) => layer.outputs));
  return { observationSize, widest, parts, parameterCount, valueStart, outputs };
}

class PartRow {
  readonly parts: TensorPart[] = [];
  parameterCount = 0;
  outputs = 0;

  add(make: (parameter: number, output: number) => TensorPart): void {
    const part = make(this.parameterCount, this.outputs);
    this.parts.push(part);
    this.parameterCount += part.parameterCount;
    this.outputs += part.outputs;
  }
}
