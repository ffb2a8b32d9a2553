import { type BoundOperand, bind, type GivenArgument, type Value } from "./bind.ts";
import type { IndexRange, Settings } from "./callSettings.ts";
import { FOLDED, NUMBERS, TYPES } from "./constants.ts";
import type { Diagnostic, TextFix, TextRange } from "./diagnostic.ts";
import type { Graph, GraphNode } from "./graph.ts";
import { type Library, libraryOf } from "./modules.ts";
import type { LossSymbols } from "./names.ts";
import { isProblem, type OperatorRow } from "./operator.ts";
import { CLAMP_BY_TENSORS } from "./operators/elementwise.ts";
import { infixOperator, OVERLOADED, operatorNamed, prefixOperator, REFUSED } from "./operators.ts";
import { findSpread } from "./spread.ts";
import type { CallNode, Expression, IndexEntry, IndexNode, NameNode, Program } from "./syntax.ts";
import { aliasOf, unknownName, unknownOperator } from "./unknownName.ts";

export interface Built {
  /** Undefined where a problem stands in the way of evaluating. */
  readonly graph: Graph | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Families whose operands are broadcast against each other. */
const BROADCASTING: ReadonlySet<string> = new Set(["arithmetic", "elementwise", "comparison", "loss"]);

class Builder {
  private readonly program: Program;
  private readonly symbols: LossSymbols;
  private readonly nodes: GraphNode[] = [];
  private readonly values: (Value | undefined)[] = [];
  private readonly leaves = new Map<string, GraphNode>();
  private readonly defined = new Map<string, Value | undefined>();
  readonly diagnostics: Diagnostic[] = [];

  constructor(program: Program, symbols: LossSymbols) {
    this.program = program;
    this.symbols = symbols;
  }

  build(): Graph | undefined {
    if (this.refusesCalls()) return undefined;
    let next = 0;
    for (const statement of this.program.statements) {
      for (; next <= statement.expression.id; next++)
        this.values[next] = this.value(this.program.nodes[next]!);
      if (statement.name !== undefined)
        this.defined.set(statement.name, this.values[statement.expression.id]);
    }
    if (
      this.diagnostics.some((diagnostic) => diagnostic.severity === "error" && diagnostic.code !== "spread")
    )
      return undefined;
    const { expression } = this.program.result;
    const result = this.values[expression.id];
    if (result?.kind !== "tensor") {
      this.report(
        "result",
        "the loss is no number",
        "end with an expression over the data, as -(G * log_pi).sum()",
        expression,
      );
      return undefined;
    }
    const byExpression = this.values.map((value) => (value?.kind === "tensor" ? value.node : undefined));
    return { nodes: this.nodes, byExpression, result: result.node, leaves: [...this.leaves.values()] };
  }

  /** Names what PyTorch has and this language lacks before anything inside such a call is looked at. */
  private refusesCalls(): boolean {
    const before = this.diagnostics.length;
    for (const node of this.program.nodes) {
      const hint = node.kind === "call" ? REFUSED.get(node.name) : undefined;
      if (node.kind === "call" && hint)
        this.report("refused", `${node.name} is not offered`, hint, node.nameRange);
    }
    return this.diagnostics.length > before;
  }

  private report(
    code: string,
    message: string,
    hint: string,
    range: TextRange,
    fixes: readonly TextFix[] = [],
  ): undefined {
    const { start, end } = range;
    this.diagnostics.push({
      severity: "error",
      code,
      message,
      hint,
      start,
      end,
      ...(fixes.length > 0 ? { fixes } : {}),
    });
    return undefined;
  }

  private value(node: Expression): Value | undefined {
    switch (node.kind) {
      case "number":
        return this.tensor(this.number(node.value, node));
      case "text":
        return { kind: "text", text: node.value };
      case "constant":
        return { kind: "constant", value: node.value };
      case "list":
        return this.list(node.items);
      case "name":
        return this.name(node);
      case "unary":
        return this.operation(prefixOperator(node.operator), [node.operand], node);
      case "binary":
        return this.operation(infixOperator(node.operator), [node.left, node.right], node);
      case "call":
        return this.call(node);
      case "index":
        return this.index(node);
    }
  }

  private tensor(node: GraphNode | undefined): Value | undefined {
    return node && { kind: "tensor", node };
  }

  private add(node: Omit<GraphNode, "index">): GraphNode {
    const added = { ...node, index: this.nodes.length };
    this.nodes.push(added);
    return added;
  }

  private number(value: number, { start, end }: TextRange): GraphNode {
    return this.add({
      start,
      end,
      source: { kind: "number", value },
      operands: [],
      shape: [],
      boolean: false,
      number: true,
      constant: value,
    });
  }

  private list(items: readonly Expression[]): Value | undefined {
    const values = items.map((item) => this.values[item.id]);
    return values.every((value) => value !== undefined) ? { kind: "list", items: values } : undefined;
  }

  private leaf(name: string, { start, end }: TextRange): GraphNode {
    const known = this.leaves.get(name);
    if (known) return known;
    const symbol = this.symbols.get(name)!;
    const leaf = this.add({
      start,
      end,
      source: { kind: "leaf", name },
      operands: [],
      shape: symbol.shape,
      boolean: symbol.boolean ?? false,
      number: symbol.number ?? false,
      constant: undefined,
    });
    this.leaves.set(name, leaf);
    return leaf;
  }

  private name(node: NameNode): Value | undefined {
    if (node.module !== undefined) return this.moduleName(node);
    if (this.defined.has(node.name)) return this.defined.get(node.name);
    if (this.symbols.has(node.name)) return this.tensor(this.leaf(node.name, node));
    const alias = aliasOf(node.name, (name) => this.defined.has(name) || this.symbols.has(name));
    if (alias !== undefined) return this.alias(node, alias);
    const type = TYPES.get(node.name);
    if (type) return { kind: "type", type };
    const number = node.name === "pi" || node.name === "e" ? undefined : NUMBERS.get(node.name);
    if (number !== undefined) return this.tensor(this.number(number, node));
    this.diagnostics.push(unknownName(node, this.program, this.symbols, this.defined.keys()));
    return undefined;
  }

  private alias(node: NameNode, target: string): Value | undefined {
    const { start, end } = node;
    this.diagnostics.push({
      severity: "hint",
      code: "alias",
      message: `${node.name} is read as ${target}`,
      start,
      end,
      fixes: [{ title: `Write ${target}`, edits: [{ start, end, text: target }] }],
    });
    return this.defined.has(target) ? this.defined.get(target) : this.tensor(this.leaf(target, node));
  }

  private moduleName(node: NameNode): Value | undefined {
    const number = NUMBERS.get(node.name);
    if (number !== undefined) return this.tensor(this.number(number, node));
    const type = TYPES.get(node.name);
    if (type) return { kind: "type", type };
    return this.report(
      "unknown-name",
      `${node.module}.${node.name} is not known`,
      "inf, nan, e, pi and float64 are",
      node,
    );
  }

  private operation(row: OperatorRow, operands: readonly Expression[], node: Expression): Value | undefined {
    const given = operands.map((operand) => ({
      keyword: undefined,
      value: this.values[operand.id],
      range: operand,
    }));
    return this.bindAndApply(row, given, undefined, node);
  }

  private bindAndApply(
    row: OperatorRow,
    given: readonly (Omit<GivenArgument, "value"> & { readonly value: Value | undefined })[],
    library: Library | undefined,
    node: Expression,
  ): Value | undefined {
    if (!given.every((argument): argument is GivenArgument => argument.value !== undefined)) return undefined;
    const bound = bind(row, given, library, node);
    if ("message" in bound) return this.report("argument", bound.message, bound.hint, bound);
    const operands = bound.operands.map((operand) => this.operand(operand, node));
    return this.tensor(this.apply(row, operands, bound.settings, node));
  }

  /** The tensor itself, or what stands in for one that was left out. */
  private operand(operand: BoundOperand, node: TextRange): GraphNode {
    if (typeof operand === "number") return this.number(operand, node);
    if (!("data" in operand)) return operand;
    const name = operand.data.find((candidate) => this.symbols.has(candidate));
    return name === undefined ? this.number(operand.otherwise, node) : this.leaf(name, node);
  }

  private apply(
    row: OperatorRow,
    operands: readonly GraphNode[],
    settings: Settings,
    node: Expression,
  ): GraphNode | undefined {
    const chosen = row.name === "clamp" ? this.chooseClamp(row, operands, node) : row;
    if (!chosen) return undefined;
    const result = chosen.shape(operands, settings);
    if (isProblem(result))
      return this.report(result.code, result.problem, result.hint, node, this.fixesFor(result.code, node));
    const spread =
      BROADCASTING.has(chosen.family) && findSpread(this.program.text, operands, node, result.shape);
    if (spread) this.diagnostics.push(spread);
    const constants = operands.map((operand) => operand.constant);
    const fold = constants.every((constant) => constant !== undefined) ? FOLDED.get(chosen.name) : undefined;
    return this.add({
      start: node.start,
      end: node.end,
      source: { kind: "operator", row: chosen, settings },
      operands,
      shape: result.shape,
      boolean: result.boolean ?? false,
      number: result.number ?? false,
      constant: fold?.(constants[0]!, constants[1]!),
    });
  }

  private chooseClamp(
    row: OperatorRow,
    operands: readonly GraphNode[],
    node: Expression,
  ): OperatorRow | undefined {
    const [, low, high] = operands;
    if (low!.constant === Number.NEGATIVE_INFINITY && high!.constant === Number.POSITIVE_INFINITY)
      return this.report("argument", "clamp has no bound", "give min, max or both", node);
    return low!.number && high!.number ? row : CLAMP_BY_TENSORS;
  }

  private fixesFor(code: string, node: Expression): TextFix[] {
    if (code !== "boolean-minus" || node.kind !== "binary") return [];
    const right = this.values[node.right.id];
    const one = node.left.kind === "number" && node.left.value === 1;
    if (!one || right?.kind !== "tensor" || !right.node.boolean) return [];
    const text = this.program.text.slice(node.right.start, node.right.end);
    return [
      { title: `Write ~${text}`, edits: [{ start: node.left.start, end: node.right.start, text: "~" }] },
    ];
  }

  private call(node: CallNode): Value | undefined {
    const given = node.arguments.map((argument) => ({
      keyword: argument.keyword,
      value: this.values[argument.value.id],
      range: argument.value,
    }));
    const library = libraryOf(node.module);
    const overloaded = OVERLOADED.get(node.name);
    const row = overloaded ? this.overload(node, overloaded, library) : operatorNamed(node.name);
    if (row && row.name !== "index")
      return this.bindAndApply(row, this.nameClampMax(node, given), library, node);
    if (!overloaded)
      this.diagnostics.push(
        unknownOperator(node, this.symbols.has(node.name) || this.defined.has(node.name)),
      );
    return undefined;
  }

  private nameClampMax<Given extends { keyword: string | undefined }>(
    node: CallNode,
    given: readonly Given[],
  ): readonly Given[] {
    if (node.name !== "clamp_max" || given.length !== 2) return given;
    return [given[0]!, { ...given[1]!, keyword: "max" }];
  }

  /** max and min: of two tensors, or of all elements; along an axis only where the library returns no pair. */
  private overload(
    node: CallNode,
    [full, pairwise]: readonly [string, string],
    library: Library | undefined,
  ): OperatorRow | undefined {
    const second = node.arguments[1];
    if (!second) return operatorNamed(full);
    const value = this.values[second.value.id];
    const axis =
      second.keyword === "dim" || second.keyword === "axis" || second.keyword?.startsWith("keepdim");
    const first = this.values[node.arguments[0]!.value.id];
    const plain = first?.kind === "tensor" && first.node.number;
    const whole = value?.kind === "tensor" && Number.isInteger(value.node.constant);
    if (second.keyword === "axis" || library === "numpy" || library === "jax") return operatorNamed(full);
    if (axis || (whole && !plain && second.keyword === undefined)) {
      const hint = `write ${full}(x, dim=…) for an axis, ${pairwise}(x, …) for a number`;
      return this.report(
        "argument",
        `${node.name} along an axis gives values and indices in PyTorch`,
        hint,
        node,
        [{ title: `Write ${full}`, edits: [{ ...node.nameRange, text: full }] }],
      );
    }
    return operatorNamed(pairwise);
  }

  private index(node: IndexNode): Value | undefined {
    const target = this.values[node.target.id];
    if (!target) return undefined;
    if (target.kind !== "tensor")
      return this.report("index", "only a tensor has elements", "index a column, as V[0]", node);
    const entries: IndexRange[] = [];
    for (const entry of node.entries) {
      const read = this.entry(entry);
      if (!read) return undefined;
      entries.push(read);
    }
    return this.tensor(this.apply(operatorNamed("index")!, [target.node], { entries }, node));
  }

  private entry(entry: IndexEntry): IndexRange | undefined {
    if (entry.kind === "at") {
      const value = this.values[entry.value.id];
      if (value?.kind === "constant" && value.value === null) return { kind: "new" };
      const at = this.wholeNumber(entry.value, "an index");
      return at === undefined ? undefined : { kind: "at", at };
    }
    const bounds = [entry.start, entry.stop, entry.step].map((bound) =>
      bound ? this.wholeNumber(bound, "a bound of a slice") : null,
    );
    const [start, stop, step] = bounds;
    if (start === undefined || stop === undefined || step === undefined) return undefined;
    if (step !== null && step < 1)
      return this.report(
        "index",
        "the step of a slice must be positive",
        "reverse with flip(x, [0])",
        entry.step!,
      );
    return { kind: "slice", start: start ?? undefined, stop: stop ?? undefined, step: step ?? 1 };
  }

  private wholeNumber(expression: Expression, what: string): number | undefined {
    const value = this.values[expression.id];
    if (value === undefined) return undefined;
    const constant = value.kind === "tensor" ? value.node.constant : undefined;
    if (constant !== undefined && Number.isInteger(constant)) return constant;
    const hint = "write the number itself; to pick by action use gather(x, 1, a.unsqueeze(1))";
    return this.report("index", `${what} must be a whole number written in the text`, hint, expression);
  }
}

/** Makes out what every name, operator and argument of a program means, and the shape of every value. */
export function buildGraph(program: Program, symbols: LossSymbols): Built {
  const builder = new Builder(program, symbols);
  const graph = builder.build();
  return { graph, diagnostics: builder.diagnostics };
}
