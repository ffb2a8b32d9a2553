import { branchRule } from "../../loss/branches.ts";
import type { CompiledLoss } from "../../loss/evaluate.ts";
import { type GraphNode, leafName } from "../../loss/graph.ts";
import { headNames } from "../../loss/names.ts";
import type { Tensor } from "../../loss/tensor.ts";
import type { Heads, PolicySpecification } from "../../policies/policy.ts";
import type { EpisodeEnds } from "../../rl/episodeEnds.ts";
import { traceAt } from "../carriedTraces.ts";
import { lossInputs } from "../lossInputs.ts";
import { PlainPolicy, type PlainRun, type UnitKink } from "./plainPolicy.ts";
import { type ProofProblem, seenObservations } from "./problem.ts";

/** What a proof needs of the arithmetic under proof: heads and gradient of a policy, at once. */
export interface ProvedPolicy {
  setTheta(theta: Float64Array): void;
  /** As `PolicyBackend.forward`. */
  forward(observations: Float64Array, actions: Float64Array, steps: number, ends: EpisodeEnds): Heads;
  backward(outputsGradient: Float64Array, rows: number): { gradient: Float64Array; stepNorms: Float64Array };
}

export type MakePolicy = (specification: PolicySpecification) => ProvedPolicy;

/** A point near θ at which the loss goes over to another formula. */
export type Kink =
  | ({ readonly kind: "unit" } & UnitKink)
  | {
      readonly kind: "expression";
      readonly distance: number;
      readonly text: string;
      /** The place within the expression's value: the step, for a column. */
      readonly step: number;
    };

/** Which formula holds at a point: one code per relu unit and row, then per place of the loss that has kinks. */
export interface Branches {
  readonly units: number;
  readonly codes: readonly number[];
}

/**
 * L as a function of θ on one batch. Whatever is data stays as it is: rewards, returns, ln π at sampling time, and
 * `held` values; only the heads move.
 */
export class LossFunction {
  readonly #loss: CompiledLoss;
  readonly #problem: ProofProblem;
  readonly #policy: ProvedPolicy;
  readonly #plain: PlainPolicy;
  readonly #runs: readonly PlainRun[];
  readonly #observations: Float64Array;
  readonly #inputs: Map<string, Tensor>;
  readonly #moving: readonly string[];
  /** Nodes with kinks on which the value depends through the heads. */
  readonly #kinked: readonly GraphNode[];

  constructor(
    loss: CompiledLoss,
    problem: ProofProblem,
    policy: ProvedPolicy,
    inputs: ReadonlyMap<string, Tensor>,
  ) {
    const heads = headNames();
    this.#loss = loss;
    this.#problem = problem;
    this.#policy = policy;
    this.#plain = new PlainPolicy(problem.specification);
    this.#runs = this.#plain.runs(problem.theta, problem.batch);
    this.#observations = seenObservations(problem.batch);
    this.#inputs = new Map(inputs);
    this.#moving = loss.leaves.filter((name) => heads.has(name));
    this.#kinked = movingNodes(loss, new Set(this.#moving)).filter((node) => ruleOf(node) !== undefined);
  }

  /** L(θ), or NaN where it cannot be evaluated. */
  value(theta: Float64Array): number {
    const evaluation = this.#evaluate(theta);
    return evaluation.ok ? evaluation.value : Number.NaN;
  }

  /** Which formulas hold at θ. */
  branches(theta: Float64Array): Branches {
    // Beyond one hidden layer the nearest kink is known to first order only, so the signs are compared.
    const codes = this.#plain.isLinearInUnits ? [] : this.#plain.unitSigns(theta, this.#problem.batch);
    const units = codes.length;
    if (this.#kinked.length === 0) return { units, codes };
    const evaluation = this.#evaluate(theta);
    if (!evaluation.ok) return { units, codes: [...codes, Number.NaN] };
    for (const node of this.#kinked) ruleOf(node)!(evaluation.frame(node), codes);
    return { units, codes };
  }

  /** The first place at which two points differ in their formulas, as a kink at `distance`; undefined for none. */
  firstDifference(a: Branches, b: Branches, distance: number): Kink | undefined {
    const place = a.codes.findIndex((code, index) => code !== b.codes[index]);
    if (place < 0) return undefined;
    if (place < a.units) return { kind: "unit", distance, ...this.#plain.unitAt(place) };
    return { kind: "expression", distance, ...this.#expressionAt(place - a.units) };
  }

  /** The first relu unit that changes sides along a direction from the problem's θ. */
  nearestUnitKink(direction: Float64Array): UnitKink | undefined {
    return this.#plain.nearestKink(this.#problem.theta, direction, this.#runs);
  }

  #expressionAt(place: number): { text: string; step: number } {
    let left = place;
    for (const node of this.#kinked) {
      const codes: number[] = [];
      const evaluation = this.#evaluate(this.#problem.theta);
      if (!evaluation.ok) break;
      const frame = evaluation.frame(node);
      ruleOf(node)!(frame, codes);
      if (left < codes.length) {
        const perStep = Math.max(1, codes.length / this.#problem.batch.steps);
        return { text: textOf(this.#loss, node), step: Math.floor(left / perStep) };
      }
      left -= codes.length;
    }
    return { text: this.#loss.program.text, step: 0 };
  }

  #evaluate(theta: Float64Array) {
    const { batch, gamma, learningRate } = this.#problem;
    this.#policy.setTheta(theta);
    const heads = this.#policy.forward(this.#observations, batch.actions, batch.steps, batch);
    for (const [name, tensor] of lossInputs(this.#moving, { batch, heads, gamma, learningRate })) {
      this.#inputs.set(name, tensor);
    }
    for (const [name, trace] of Object.entries(batch.carried ?? {})) {
      const value = traceAt(trace, theta, this.#problem.theta);
      const data = new Float64Array(batch.steps).fill(value);
      if (this.#moving.includes(name)) this.#inputs.set(name, { shape: [batch.steps], data });
    }
    return this.#loss.evaluate(this.#inputs, { keep: "leaves" });
  }
}

function ruleOf({ source }: GraphNode) {
  return source.kind === "operator" ? branchRule(source.row.name) : undefined;
}

/** Nodes that the result needs and that change with the heads. */
function movingNodes({ graph }: CompiledLoss, heads: ReadonlySet<string>): GraphNode[] {
  const moves: boolean[] = [];
  for (const node of graph.nodes) {
    moves.push(heads.has(leafName(node)) || node.operands.some((operand) => moves[operand.index]!));
  }
  const needed = new Set([graph.result.index]);
  for (const node of graph.nodes.toReversed()) {
    if (needed.has(node.index)) for (const operand of node.operands) needed.add(operand.index);
  }
  return graph.nodes.filter(({ index }) => needed.has(index) && moves[index]!);
}

/** The text of a node, on one line and shortened. */
export function textOf({ program }: CompiledLoss, { start, end }: GraphNode): string {
  const text = program.text.slice(start, end).replace(/\s+/g, " ");
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
