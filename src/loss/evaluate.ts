import { buildGraph } from "./build.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { type Flow, flowOf, missingDerivative } from "./flow.ts";
import type { Frame } from "./frame.ts";
import { type Frames, makeFrames } from "./frames.ts";
import { type Graph, type GraphNode, leafName } from "./graph.ts";
import { layOut } from "./layout.ts";
import { type CostBudget, DEFAULT_BUDGET } from "./limits.ts";
import type { LossSymbols } from "./names.ts";
import { formatShape, type SymbolicShape } from "./shapes.ts";
import type { Program } from "./syntax.ts";
import type { Shape, Tensor } from "./tensor.ts";

export interface CompileOptions {
  /** The leaves into which gradient is wanted; every tensor of floats if left out. */
  readonly differentiable?: ReadonlySet<string>;
  readonly budget?: CostBudget;
}

export interface Compilation {
  /** Undefined where the program cannot be evaluated. */
  readonly compiled: CompiledLoss | undefined;
  /** An error beside a compiled loss (`spread`, `no-derivative`) lets it be evaluated but not trained on. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface EvaluationOptions {
  /**
   * `all` (the default) keeps value and adjoint of every node in arrays of the evaluation's own. `leaves` computes
   * only what the value and the gradient of the differentiable leaves need, in arrays that the next call reuses.
   */
  readonly keep?: "all" | "leaves";
  /** Evaluation stops between two operators once `now()` passes `at`. */
  readonly deadline?: { readonly at: number; readonly now: () => number };
}

/** One value of an evaluated program. */
export interface NodeValue {
  readonly shape: Shape;
  readonly value: Float64Array;
  /**
   * d(sum of the loss)/d(this), zeros where nothing flows. A name's uses share the adjoint of the value named.
   * Where only leaves are kept, empty for whatever is neither a differentiable leaf nor on the way to one.
   */
  readonly adjoint: Float64Array;
  readonly boolean: boolean;
}

export interface Evaluation {
  readonly ok: true;
  /** The loss, or the sum of its elements where it is no scalar. */
  readonly value: number;
  readonly result: NodeValue;
  /** By the id of an expression; undefined for what is no tensor. */
  node(id: number): NodeValue | undefined;
  /** d(sum of the loss)/d(leaf); undefined for a name that the program does not use. */
  adjoint(name: string): Float64Array | undefined;
  /** A leaf's value and adjoint; undefined for a name that the program does not use. */
  leaf(name: string): NodeValue | undefined;
  /** The frame of a node of the compiled program's graph. */
  frame(node: GraphNode): Frame;
}

export type EvaluationResult =
  | Evaluation
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** A program ready to be evaluated on data of any length. */
export interface CompiledLoss {
  readonly program: Program;
  readonly graph: Graph;
  /** The names of the data and heads that it uses. */
  readonly leaves: readonly string[];
  /** The shape of an expression before there are data; undefined for what is no tensor. */
  shape(id: number): SymbolicShape | undefined;
  /** Value and adjoints by reverse mode; the adjoint begins with ones, so gradients are those of the sum. */
  evaluate(inputs: ReadonlyMap<string, Tensor>, options?: EvaluationOptions): EvaluationResult;
}

const LAYOUTS_KEPT = 1024;
const NOTHING = new Float64Array(0);

class Compiled implements CompiledLoss {
  readonly program: Program;
  readonly graph: Graph;
  readonly leaves: readonly string[];
  readonly flow: Flow;
  readonly budget: CostBudget;
  private readonly cache = new Map<number, Frames>();
  /** The inputs of the call at hand, in the order of the leaves. */
  private readonly given: (Tensor | undefined)[];
  private current: Frames | undefined;
  private values = NOTHING;
  private adjoints = NOTHING;

  constructor(program: Program, graph: Graph, flow: Flow, budget: CostBudget) {
    this.program = program;
    this.graph = graph;
    this.flow = flow;
    this.budget = budget;
    this.leaves = graph.leaves.map(leafName);
    this.given = graph.leaves.map(() => undefined);
  }

  shape(id: number): SymbolicShape | undefined {
    return this.graph.byExpression[id]?.shape;
  }

  evaluate(inputs: ReadonlyMap<string, Tensor>, options: EvaluationOptions = {}): EvaluationResult {
    for (let index = 0; index < this.leaves.length; index++)
      this.given[index] = inputs.get(this.leaves[index]!);
    const everything = options.keep !== "leaves";
    const reused = everything ? undefined : this.reusedFrames();
    const frames = reused ?? this.newFrames(everything);
    if ("severity" in frames) return refusal(frames);
    this.load(frames, everything);
    const stopped = this.run(frames, options.deadline);
    return stopped ? refusal(stopped) : new Result(frames.frames, this.graph);
  }

  private checkInputs(): Diagnostic | undefined {
    for (const [index, leaf] of this.graph.leaves.entries()) {
      const name = leafName(leaf);
      const tensor = this.given[index];
      if (!tensor)
        return wrongInput(leaf, `${name} is not among the data`, "record it, or leave it out of the loss");
      if (tensor.shape.length !== leaf.shape.length) {
        const message = `${name} has the shape ${formatShape(tensor.shape)} where ${formatShape(leaf.shape)} was expected`;
        return wrongInput(leaf, message, "give it as many dimensions as that");
      }
    }
    return undefined;
  }

  /** The frames of the last call if the shapes are the same, else those kept for these shapes, if any. */
  private reusedFrames(): Frames | undefined {
    if (this.current && this.fits(this.current)) return this.current;
    const kept = this.cache.get(this.shapeHash());
    if (!kept || !this.fits(kept)) return undefined;
    this.current = kept;
    return kept;
  }

  private newFrames(everything: boolean): Frames | Diagnostic {
    const wrong = this.checkInputs();
    if (wrong) return wrong;
    const layout = layOut(
      this.graph,
      (name) => this.given[this.leaves.indexOf(name)]!.shape,
      this.budget,
      this.program.text,
    );
    if (!layout.ok) return layout.diagnostic;
    if (everything) {
      return makeFrames(
        this,
        layout,
        new Float64Array(layout.elements),
        new Float64Array(layout.elements),
        true,
      );
    }
    this.reserve(layout.elements);
    const frames = makeFrames(this, layout, this.values, this.adjoints, false);
    if ("severity" in frames) return frames;
    this.cache.set(this.shapeHash(), frames);
    this.current = frames;
    return frames;
  }

  /** Equal for equal shapes of the inputs; others may share it, so what it finds must still fit. */
  private shapeHash(): number {
    let hash = 0;
    for (const tensor of this.given) {
      for (const size of tensor?.shape ?? []) hash = (Math.imul(hash, 31) + size) | 0;
    }
    return hash;
  }

  private fits(frames: Frames): boolean {
    for (let index = 0; index < this.given.length; index++) {
      const shape = this.given[index]?.shape;
      const expected = frames.leaves[index]!.shape;
      if (shape?.length !== expected.length) return false;
      for (let axis = 0; axis < expected.length; axis++) if (shape[axis] !== expected[axis]) return false;
    }
    return true;
  }

  private reserve(elements: number): void {
    if (this.cache.size >= LAYOUTS_KEPT) this.cache.clear();
    if (this.values.length >= elements) return;
    this.cache.clear();
    this.values = new Float64Array(2 * elements);
    this.adjoints = new Float64Array(2 * elements);
  }

  /** Puts the inputs into the leaves: copied where everything is kept, else as they are. */
  private load(frames: Frames, copy: boolean): void {
    for (let index = 0; index < this.given.length; index++) {
      const frame = frames.leaves[index]!;
      const { data } = this.given[index]!;
      if (data.length !== frame.count)
        throw new RangeError(`${this.leaves[index]} holds ${data.length} numbers for ${frame.count} places`);
      if (copy) frame.value.set(data);
      else frame.value = data;
    }
  }

  private run(frames: Frames, deadline: EvaluationOptions["deadline"]): Diagnostic | undefined {
    if (!deadline) {
      for (const step of frames.forward) step.run(step.frame);
      const fault = findFault(frames);
      if (fault) return fault;
      this.seed(frames);
      for (const step of frames.backward) step.run(step.frame);
      return undefined;
    }
    return this.runUntil(frames, deadline);
  }

  private seed(frames: Frames): void {
    frames.adjoints.fill(0);
    const result = frames.frames[this.graph.result.index]!;
    if (result.wanted) result.adjoint.fill(1);
  }

  private runUntil(
    frames: Frames,
    deadline: NonNullable<EvaluationOptions["deadline"]>,
  ): Diagnostic | undefined {
    for (const phase of [frames.forward, frames.backward]) {
      if (phase === frames.backward) this.seed(frames);
      for (const step of phase) {
        if (deadline.now() > deadline.at) return outOfTime(step.node);
        step.run(step.frame);
      }
      const fault = findFault(frames);
      if (fault) return fault;
    }
    return undefined;
  }
}

class Result implements Evaluation {
  readonly ok = true;
  readonly value: number;
  readonly result: NodeValue;
  private readonly frames: readonly Frame[];
  private readonly graph: Graph;

  constructor(frames: readonly Frame[], graph: Graph) {
    this.frames = frames;
    this.graph = graph;
    const result = frames[graph.result.index]!;
    this.result = result;
    this.value = result.count === 1 ? result.value[0]! : sumOf(result.value);
  }

  node(id: number): NodeValue | undefined {
    const node = this.graph.byExpression[id];
    return node && this.frames[node.index];
  }

  frame(node: GraphNode): Frame {
    return this.frames[node.index]!;
  }

  adjoint(name: string): Float64Array | undefined {
    return this.leaf(name)?.adjoint;
  }

  leaf(name: string): NodeValue | undefined {
    for (const leaf of this.graph.leaves) if (leafName(leaf) === name) return this.frames[leaf.index];
    return undefined;
  }
}

/** Added from the first element to the last, as every sum of the language. */
function sumOf(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}

function findFault(frames: Frames): Diagnostic | undefined {
  for (const { frame, node } of frames.forward) {
    if (frame.fault === undefined) continue;
    const message = frame.fault;
    frame.fault = undefined;
    return {
      severity: "error",
      code: "value",
      message,
      hint: "actions and indices count from 0",
      start: node.start,
      end: node.end,
    };
  }
  return undefined;
}

function refusal(diagnostic: Diagnostic): EvaluationResult {
  return { ok: false, diagnostics: [diagnostic] };
}

function wrongInput({ start, end }: GraphNode, message: string, hint: string): Diagnostic {
  return { severity: "error", code: "input", message, hint, start, end };
}

function outOfTime({ start, end }: GraphNode): Diagnostic {
  return {
    severity: "error",
    code: "deadline",
    message: "the loss took too long to evaluate",
    hint: "use fewer steps",
    start,
    end,
  };
}

/**
 * Prepares a program for evaluation with the names that `symbols` offers, whose shapes may be symbolic.
 * Everything that can be known before there are data is checked here.
 */
export function compileLoss(
  program: Program,
  symbols: LossSymbols,
  options: CompileOptions = {},
): Compilation {
  const { graph, diagnostics } = buildGraph(program, symbols);
  if (!graph) return { compiled: undefined, diagnostics };
  const flow = flowFor(graph, options);
  const missing = missingDerivative(graph, flow);
  const compiled = new Compiled(program, graph, flow, options.budget ?? DEFAULT_BUDGET);
  return { compiled, diagnostics: missing ? [...diagnostics, missing] : diagnostics };
}

/** A program prepared from a graph that was made from a compiled one, node for node. */
export function compileGraph(program: Program, graph: Graph, options: CompileOptions = {}): CompiledLoss {
  return new Compiled(program, graph, flowFor(graph, options), options.budget ?? DEFAULT_BUDGET);
}

function flowFor(graph: Graph, { differentiable }: CompileOptions): Flow {
  return flowOf(graph, (leaf) =>
    differentiable ? differentiable.has(leafName(leaf)) : !leaf.boolean && !leaf.number,
  );
}
