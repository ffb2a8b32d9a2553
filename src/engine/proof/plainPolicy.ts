import type { PolicySpecification } from "../../policies/policy.ts";
import type { Batch } from "../../rl/batch.ts";
import { type Activations, PlainNetwork, rowOf, type UnitDistance } from "./plainNetwork.ts";

/** Which number that a policy puts out: a logit or a mean μ_k, a raw deviation s_k, or V. */
export interface Output {
  readonly of: "action" | "deviation" | "value";
  readonly index: number;
}

/** One row through the policy. */
export interface PlainRun {
  /** Logits [K], or μ [d]. */
  readonly action: readonly number[];
  /** Raw deviations s [d] of a Gaussian policy. */
  readonly deviation: readonly number[];
  readonly value: number | undefined;
  readonly policyRun: Activations;
  readonly valueRun: Activations | undefined;
}

/** A relu unit that changes sides near θ, and on which row: a step, or a final observation after the steps. */
export interface UnitKink extends UnitDistance {
  readonly network: "policy" | "value";
  readonly step: number;
}

/**
 * A whole policy made of plain networks: logits, or μ and s, and V; in θ the policy network comes first (rows for the
 * action, s, V), then free deviations, then a value network.
 */
export class PlainPolicy {
  readonly parameterCount: number;
  readonly #specification: PolicySpecification;
  readonly #network: PlainNetwork;
  readonly #free: number;
  readonly #valueNetwork: PlainNetwork | undefined;

  constructor(specification: PolicySpecification) {
    const { observationSize: inputs, hidden, activation, bias, actionCount, gaussian, value } = specification;
    const shape = { inputs, activation, bias };
    const ownDeviations = gaussian?.sigma === "network" ? actionCount : 0;
    const outputs = actionCount + ownDeviations + (value?.trunk === "shared" ? 1 : 0);
    this.#specification = specification;
    this.#network = new PlainNetwork({ ...shape, hidden, outputs, offset: 0 });
    this.#free = gaussian?.sigma === "parameter" ? actionCount : 0;
    const offset = this.#network.end + this.#free;
    this.#valueNetwork =
      value?.trunk === "own"
        ? new PlainNetwork({ ...shape, hidden: value.hidden, outputs: 1, offset })
        : undefined;
    this.parameterCount = this.#valueNetwork?.end ?? offset;
  }

  /** `factors` are those of the policy network's hidden layers under dropout. */
  run(theta: Float64Array, observation: Float64Array, factors?: readonly Float64Array[]): PlainRun {
    const { actionCount, gaussian, value } = this.#specification;
    const policyRun = this.#network.run(theta, observation, factors);
    const outputs = Array.from(policyRun.values.at(-1)!);
    const valueRun = this.#valueNetwork?.run(theta, observation);
    const free = Array.from(theta.subarray(this.#network.end, this.#network.end + this.#free));
    const own = outputs.slice(actionCount, gaussian?.sigma === "network" ? 2 * actionCount : actionCount);
    const shared = value?.trunk === "shared" ? outputs.at(-1) : undefined;
    return {
      action: outputs.slice(0, actionCount),
      deviation: this.#free > 0 ? free : own,
      value: valueRun ? valueRun.values.at(-1)![0] : shared,
      policyRun,
      valueRun,
    };
  }

  /** Adds weight · ∇_θ output to `into`, and size · |∇_θ output| to `mass`. */
  addOutputGradient(
    theta: Float64Array,
    { policyRun, valueRun }: PlainRun,
    { of, index }: Output,
    { weight, size }: { readonly weight: number; readonly size: number },
    into: Float64Array,
    mass: Float64Array,
  ): void {
    if (of === "deviation" && this.#free > 0) {
      into[this.#network.end + index]! += weight;
      mass[this.#network.end + index]! += size;
    } else if (of === "value" && valueRun) {
      this.#valueNetwork!.addOutputGradient(theta, valueRun, 0, weight, size, into, mass);
    } else {
      this.#network.addOutputGradient(
        theta,
        policyRun,
        this.#rowOfOutput(of, index),
        weight,
        size,
        into,
        mass,
      );
    }
  }

  /** Every row of a batch through the policy. */
  runs(theta: Float64Array, batch: Batch): PlainRun[] {
    return observationRows(batch).map((observation, row) =>
      this.run(theta, observation, this.factors(batch, row)),
    );
  }

  /** What dropout multiplies the hidden layers' outputs with at a row, bit by bit; undefined where nothing is dropped. */
  factors({ masks, steps }: Batch, row: number): Float64Array[] | undefined {
    const { hidden, dropout } = this.#specification;
    if (masks === undefined || dropout === undefined) return undefined;
    let place = 8 * row * (masks.length / steps);
    return hidden.map((size) =>
      Float64Array.from({ length: size }, () => {
        const isKept = Math.floor((masks[Math.floor(place / 8)] ?? 0) / 2 ** (place % 8)) % 2 === 1;
        place++;
        return isKept ? 1 / (1 - dropout) : 0;
      }),
    );
  }

  /** The first relu unit, of any of the rows that were run at θ, that changes sides when θ moves along `direction`. */
  nearestKink(theta: Float64Array, direction: Float64Array, runs: readonly PlainRun[]): UnitKink | undefined {
    let nearest: UnitKink | undefined;
    for (let step = 0; step < runs.length; step++) {
      const { policyRun, valueRun } = runs[step]!;
      const limit = () => nearest?.distance ?? Number.POSITIVE_INFINITY;
      const inPolicy = this.#network.nearestKink(theta, direction, policyRun, limit());
      if (inPolicy) nearest = { ...inPolicy, network: "policy", step };
      const inValue = valueRun && this.#valueNetwork?.nearestKink(theta, direction, valueRun, limit());
      if (inValue) nearest = { ...inValue, network: "value", step };
    }
    return nearest;
  }

  /** Whether `nearestKink` is exact: one hidden layer at most, so that units are linear in θ. */
  get isLinearInUnits(): boolean {
    const { hidden, value } = this.#specification;
    return hidden.length < 2 && !(value?.trunk === "own" && value.hidden.length > 1);
  }

  /** The side of 0 on which every relu unit of every row lies. */
  unitSigns(theta: Float64Array, batch: Batch): number[] {
    const codes: number[] = [];
    for (const [row, observation] of observationRows(batch).entries()) {
      const factors = this.factors(batch, row);
      for (const [network, plain] of this.#networks())
        plain.addUnitSigns(theta, observation, codes, network === "policy" ? factors : undefined);
    }
    return codes;
  }

  /** Which unit of which row the sign at `place` of `unitSigns` belongs to. */
  unitAt(place: number): Omit<UnitKink, "distance"> {
    const networks = this.#networks();
    const perRow = networks.reduce((sum, [, plain]) => sum + plain.unitCount, 0);
    let left = place % perRow;
    for (const [network, plain] of networks) {
      if (left < plain.unitCount) return { network, step: Math.floor(place / perRow), ...plain.unitAt(left) };
      left -= plain.unitCount;
    }
    throw new RangeError(`there is no unit sign ${place}`);
  }

  #networks(): (readonly ["policy" | "value", PlainNetwork])[] {
    const own = ["policy", this.#network] as const;
    return this.#valueNetwork ? [own, ["value", this.#valueNetwork]] : [own];
  }

  #rowOfOutput(of: Output["of"], index: number): number {
    const { actionCount, gaussian } = this.#specification;
    if (of === "action") return index;
    if (of === "deviation") return actionCount + index;
    return gaussian?.sigma === "network" ? 2 * actionCount : actionCount;
  }
}

/** What the policy saw at every step, and after them the final observations of cut episodes. */
export function observationRows({ observations, finalObservations, steps }: Batch): Float64Array[] {
  const own = Array.from({ length: steps }, (_, t) => rowOf(observations, t, steps));
  const width = observations.length / steps;
  const cuts = (finalObservations?.length ?? 0) / width;
  const finals = Array.from({ length: cuts }, (_, n) => rowOf(finalObservations!, n, cuts));
  return [...own, ...finals];
}
