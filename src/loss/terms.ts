import type { TextRange } from "./diagnostic.ts";
import type { CompiledLoss, Evaluation } from "./evaluate.ts";
import type { Frame } from "./frame.ts";
import type { Graph, GraphNode } from "./graph.ts";

/** One additive part of a loss, step by step: its elements are `scale` times those of the text. */
export interface StepTerm extends TextRange {
  readonly text: string;
  readonly scale: number;
  /** ℓ_t [T]. */
  readonly values: Float64Array;
}

/** A part of the loss that belongs to no single step. */
export interface RestTerm extends TextRange {
  readonly text: string;
  readonly value: number;
  readonly why: string;
}

export type PerStep =
  | {
      readonly ok: true;
      readonly terms: readonly StepTerm[];
      /** ℓ_t [T], all terms together, taken before sums inside the brackets are distributed. */
      readonly total: Float64Array;
      readonly rest: readonly RestTerm[];
      /** Σ_t ℓ_t from the first step to the last, plus the rest. */
      readonly sum: number;
      /** The loss less `sum`: 0 where the two are the same to the last bit, rounding otherwise. */
      readonly residual: number;
    }
  | { readonly ok: false; readonly why: string };

/** What a loss is a sum of, with the number that each part is multiplied by. */
interface Collected {
  /** Vectors over steps before and after distributing over + and -. */
  readonly summed: Parts;
  readonly split: Parts;
  readonly rest: Map<GraphNode, { scale: number; why: string }>;
}

type Parts = Map<GraphNode, Part>;

interface Part {
  scale: number;
  readonly elements: (t: number) => number;
}

const LINEAR_SCALARS: ReadonlySet<string> = new Set([
  "neg",
  "pos",
  "add",
  "sub",
  "mul",
  "div",
  "double",
  "to",
  "detach",
]);
const SUMS: ReadonlySet<string> = new Set(["sum", "mean", "dot", "matmul"]);

function rowName(node: GraphNode): string {
  return node.source.kind === "operator" ? node.source.row.name : "";
}

function isReducing(node: GraphNode): boolean {
  if (node.source.kind !== "operator") return false;
  const { settings, row } = node.source;
  return SUMS.has(row.name) || (settings.reduction !== undefined && settings.reduction !== "none");
}

class Collector {
  private readonly evaluation: Evaluation;
  private readonly graph: Graph;
  private readonly steps: number;
  private readonly scales = new Map<GraphNode, number>();
  private readonly hasSteps: boolean[] = [];
  readonly collected: Collected = { summed: new Map(), split: new Map(), rest: new Map() };

  constructor(graph: Graph, evaluation: Evaluation, steps: number) {
    this.graph = graph;
    this.evaluation = evaluation;
    this.steps = steps;
    for (const node of graph.nodes) this.hasSteps.push(this.findSteps(node));
  }

  private findSteps(node: GraphNode): boolean {
    if (this.frame(node).shape.length > 0) return false;
    if (isReducing(node)) return this.overSteps(node) !== undefined;
    return LINEAR_SCALARS.has(rowName(node)) && node.operands.some((operand) => this.hasSteps[operand.index]);
  }

  /** Every use of a value lies above it, so going down each value's whole factor is known when its turn comes. */
  collect(): Collected {
    const { result } = this.graph;
    const frame = this.frame(result);
    if (frame.shape.length === 0) this.scales.set(result, 1);
    else if (this.isColumn(frame)) {
      this.put(this.collected.summed, result, 1, (t) => frame.value[t]!);
      this.scales.set(result, 1);
    } else this.leave(result, 1, this.whyNot(frame));
    for (const node of this.graph.nodes.toReversed()) {
      const scale = this.scales.get(node);
      if (scale === undefined) continue;
      if (this.frame(node).shape.length === 0) this.scalar(node, scale);
      else this.column(node, scale);
    }
    return this.collected;
  }

  private frame(node: GraphNode): Frame {
    return this.evaluation.frame(node);
  }

  private isColumn(frame: Frame): boolean {
    return frame.shape.length === 1 && frame.columns === this.steps;
  }

  private whyNot(frame: Frame): string {
    return `it runs over [${frame.shape.join(", ")}], not over the ${this.steps} steps`;
  }

  private pass(node: GraphNode, scale: number): void {
    this.scales.set(node, (this.scales.get(node) ?? 0) + scale);
  }

  private put(parts: Parts, node: GraphNode, scale: number, elements: (t: number) => number): void {
    const part = parts.get(node);
    if (part) part.scale += scale;
    else parts.set(node, { scale, elements });
  }

  private leave(node: GraphNode, scale: number, why: string): void {
    const before = this.collected.rest.get(node);
    if (before) before.scale += scale;
    else this.collected.rest.set(node, { scale, why });
  }

  private scalar(node: GraphNode, scale: number): void {
    if (!this.hasSteps[node.index]) this.leave(node, scale, this.whyRest(node));
    else if (isReducing(node)) this.reduction(node, scale);
    else this.distribute(node, scale);
  }

  private whyRest(node: GraphNode): string {
    if (isReducing(node)) return this.whyNot(this.frame(node.operands[0]!));
    const name = rowName(node);
    return name === "" ? "it is one number" : `${name} is no sum over steps`;
  }

  private distribute(node: GraphNode, scale: number): void {
    const [left, right] = node.operands as [GraphNode, GraphNode];
    const name = rowName(node);
    if (name === "add" || name === "sub") {
      this.pass(left, scale);
      this.pass(right, name === "sub" ? -scale : scale);
    } else if (name === "mul") this.product(node, left, right, scale);
    else if (name === "div") {
      if (this.hasSteps[left.index]) this.pass(left, scale / this.frame(right).value[0]!);
      else this.leave(node, scale, "it is divided by a sum over steps");
    } else this.pass(left, name === "neg" ? -scale : scale);
  }

  private product(node: GraphNode, left: GraphNode, right: GraphNode, scale: number): void {
    const both = this.hasSteps[left.index] && this.hasSteps[right.index];
    if (both) this.leave(node, scale, "it is a product of two sums over steps");
    else if (this.hasSteps[left.index]) this.pass(left, scale * this.frame(right).value[0]!);
    else this.pass(right, scale * this.frame(left).value[0]!);
  }

  private reduction(node: GraphNode, scale: number): void {
    const steps = this.overSteps(node)!;
    const whole = scale * steps.scale;
    this.put(this.collected.summed, steps.node, whole, steps.elements);
    if (steps.node === node) this.put(this.collected.split, node, whole, steps.elements);
    else this.pass(steps.node, whole);
  }

  /** The elements that a reduction to a scalar adds up, one for each step; undefined where it does not. */
  private overSteps(
    node: GraphNode,
  ): { node: GraphNode; scale: number; elements: (t: number) => number } | undefined {
    const frame = this.frame(node);
    const operand = frame.operands[0]!;
    const name = rowName(node);
    if (frame.shape.length > 0) return undefined;
    if (name === "sum" || name === "mean") {
      const scale = name === "mean" ? 1 / operand.count : 1;
      if (this.isColumn(operand))
        return { node: node.operands[0]!, scale, elements: (t) => operand.value[t]! };
      if (operand.shape.length !== 2 || operand.rows !== this.steps) return undefined;
      return { node, scale, elements: (t) => rowSum(operand, t) };
    }
    if (name === "dot" || name === "matmul") {
      const other = frame.operands[1]!;
      return this.isColumn(operand)
        ? { node, scale: 1, elements: (t) => operand.value[t]! * other.value[t]! }
        : undefined;
    }
    return this.unreduced(node, frame);
  }

  /** mse_loss and its kind with a reduction: the same operator once more, without it. */
  private unreduced(
    node: GraphNode,
    frame: Frame,
  ): { node: GraphNode; scale: number; elements: (t: number) => number } | undefined {
    if (node.source.kind !== "operator") return undefined;
    const { row } = node.source;
    const settings = { ...frame.settings, reduction: "none" as const };
    const result = row.shape(frame.operands, settings);
    if ("problem" in result || result.shape.length !== 1 || result.shape[0] !== this.steps) return undefined;
    const shape = [this.steps];
    const column: Frame = {
      ...frame,
      settings,
      shape,
      rows: 1,
      columns: this.steps,
      count: this.steps,
      value: new Float64Array(this.steps),
    };
    row.forward(column);
    return {
      node,
      scale: frame.settings.reduction === "mean" ? 1 / this.steps : 1,
      elements: (t) => column.value[t]!,
    };
  }

  /** Distributes a factor of a column over + and -, and through factors that are single numbers. */
  private column(node: GraphNode, scale: number): void {
    const name = rowName(node);
    const [left, right] = node.operands as [GraphNode | undefined, GraphNode | undefined];
    if (name === "neg") this.pass(left!, -scale);
    else if (name === "add" || name === "sub") {
      this.summand(node, left!, scale);
      this.summand(node, right!, name === "sub" ? -scale : scale);
    } else if (name === "mul" && this.isScalar(left!)) this.pass(right!, scale * this.frame(left!).value[0]!);
    else if ((name === "mul" || name === "div") && this.isScalar(right!)) {
      const factor = this.frame(right!).value[0]!;
      this.pass(left!, name === "mul" ? scale * factor : scale / factor);
    } else {
      const frame = this.frame(node);
      this.put(this.collected.split, node, scale, (t) => frame.value[t]!);
    }
  }

  private isScalar(node: GraphNode): boolean {
    return this.frame(node).shape.length === 0;
  }

  private summand(sum: GraphNode, operand: GraphNode, scale: number): void {
    const frame = this.frame(operand);
    if (frame.count === this.frame(sum).count && frame.shape.length === 1) this.pass(operand, scale);
    else this.put(this.collected.split, operand, scale, () => frame.value[0]!);
  }
}

function rowSum(frame: Frame, row: number): number {
  let total = 0;
  for (let column = 0; column < frame.columns; column++) total += frame.value[row * frame.columns + column]!;
  return total;
}

function largestLength(compiled: CompiledLoss, evaluation: Evaluation): number {
  return Math.max(0, ...compiled.graph.leaves.map((leaf) => evaluation.frame(leaf).shape[0] ?? 0));
}

function columnOf(part: Part, steps: number): Float64Array {
  const values = new Float64Array(steps);
  for (let t = 0; t < steps; t++) values[t] = part.scale * part.elements(t);
  return values;
}

function sumUp(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/**
 * Writes an evaluated loss as Σ_t ℓ_t + rest by distributing sums, means, single factors, signs, + and -.
 * `steps` is T, the longest column of the data if left out. A column of any other length goes to the rest.
 */
export function perStepTerms(
  compiled: CompiledLoss,
  evaluation: Evaluation,
  steps = largestLength(compiled, evaluation),
): PerStep {
  const collected = new Collector(compiled.graph, evaluation, steps).collect();
  const source = (node: GraphNode) => ({
    start: node.start,
    end: node.end,
    text: compiled.program.text.slice(node.start, node.end),
  });
  const rest = [...collected.rest]
    .map(([node, { scale, why }]) => ({
      ...source(node),
      value: scale * sumUp(evaluation.frame(node).value),
      why,
    }))
    .sort((a, b) => a.start - b.start);
  if (collected.summed.size === 0) return { ok: false, why: rest[0]?.why ?? "it is no sum over steps" };
  const terms = [...collected.split]
    .map(([node, part]) => ({ ...source(node), scale: part.scale, values: columnOf(part, steps) }))
    .sort((a, b) => a.start - b.start);
  const total = new Float64Array(steps);
  for (const part of collected.summed.values()) {
    const values = columnOf(part, steps);
    for (let t = 0; t < steps; t++) total[t]! += values[t]!;
  }
  let sum = sumUp(total);
  for (const part of rest) sum += part.value;
  return { ok: true, terms, total, rest, sum, residual: evaluation.value - sum };
}
