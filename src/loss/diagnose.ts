import type { Diagnostic, TextFix, TextRange } from "./diagnostic.ts";
import { type CompiledLoss, type CompileOptions, compileLoss } from "./evaluate.ts";
import { flowOf } from "./flow.ts";
import { type GraphNode, leafName } from "./graph.ts";
import { libraryOf } from "./modules.ts";
import { headNames, type LossSymbols } from "./names.ts";
import { parseLoss } from "./parse.ts";
import { formatShape } from "./shapes.ts";
import type { CallNode, Expression, Program } from "./syntax.ts";

/** Everything known about a loss text before there are data: what parses, what compiles, and what to look at. */
export interface Diagnosis {
  readonly program: Program | undefined;
  readonly compiled: CompiledLoss | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** log(softmax(x)) overflows where log_softmax(x) does not; likewise of the sigmoid. */
const STABLE_FORMS: ReadonlyMap<string, string> = new Map([
  ["softmax", "log_softmax"],
  ["sigmoid", "logsigmoid"],
]);

const LOGARITHMS: ReadonlySet<string> = new Set(["log", "ln"]);

function unstableLogarithms(program: Program): Diagnostic[] {
  return program.nodes.flatMap((node) => {
    if (node.kind !== "call" || !LOGARITHMS.has(node.name)) return [];
    const inner = node.arguments[0]?.value;
    const better = inner?.kind === "call" ? STABLE_FORMS.get(inner.name) : undefined;
    return inner?.kind === "call" && better ? [unstable(program, node, inner, better)] : [];
  });
}

function unstable(program: Program, outer: CallNode, inner: CallNode, better: string): Diagnostic {
  const { text } = program;
  const rewritten =
    text.slice(inner.start, inner.nameRange.start) + better + text.slice(inner.nameRange.end, inner.end);
  return {
    severity: "warning",
    code: "unstable-log",
    message: `the log of ${inner.name} loses digits and can be -Infinity`,
    hint: `use ${better}`,
    start: outer.start,
    end: outer.end,
    fixes: [replacement(`Use ${better}`, outer, rewritten)],
  };
}

function replacement(title: string, { start, end }: TextRange, text: string): TextFix {
  return { title, edits: [{ start, end, text }] };
}

const DEVIATIONS: ReadonlySet<string> = new Set(["std", "var"]);

function populationDeviations(program: Program): Diagnostic[] {
  return program.nodes.flatMap((node): Diagnostic[] => {
    if (node.kind !== "call" || !DEVIATIONS.has(node.name)) return [];
    const library = libraryOf(node.module);
    const chosen = node.arguments.some(({ keyword }) => keyword === "ddof" || keyword === "correction");
    if (chosen || (library !== "numpy" && library !== "jax")) return [];
    return [
      {
        severity: "information",
        code: "population-deviation",
        message: `${node.module}.${node.name} divides by n, PyTorch's ${node.name} by n - 1`,
        hint: "write ddof=1 for PyTorch's",
        start: node.start,
        end: node.end,
      },
    ];
  });
}

function shapeOfResult(compiled: CompiledLoss): Diagnostic[] {
  const { result } = compiled.graph;
  const { expression } = compiled.program.result;
  if (result.shape.length === 0) return [];
  const { start, end } = expression;
  return [
    {
      severity: "information",
      code: "not-scalar",
      message: `the loss has the shape ${formatShape(result.shape)}; the gradient is that of its sum`,
      hint: "end with .sum() or .mean() to say which is meant",
      start,
      end,
      fixes: [".sum()", ".mean()"].map((call) => ({
        title: `Append ${call}`,
        edits: [
          { start, end: start, text: isTight(expression) ? "" : "(" },
          { start: end, end, text: isTight(expression) ? call : `)${call}` },
        ],
      })),
    },
  ];
}

/** Whether a method call can follow the expression as it stands. */
function isTight(expression: Expression): boolean {
  return expression.kind !== "binary" && expression.kind !== "unary";
}

const POLICY_HEADS: ReadonlySet<string> = new Set(["log_pi", "logits", "pi"]);
const VALUE_HEADS: ReadonlySet<string> = new Set(["V", "V_next"]);
const POLICY = 1;
const VALUE = 2;

/** Which kinds of heads gradient would flow into from each node: a sum of POLICY and VALUE. */
function headsBelow(compiled: CompiledLoss): number[] {
  const kinds: number[] = [];
  for (const node of compiled.graph.nodes) {
    const name = leafName(node);
    let kind = POLICY_HEADS.has(name) ? POLICY : VALUE_HEADS.has(name) ? VALUE : 0;
    const passes = node.source.kind === "operator" && node.source.row.derivative === undefined;
    if (passes) for (const operand of node.operands) kind |= kinds[operand.index]!;
    kinds.push(kind);
  }
  return kinds;
}

/** A weight of log_pi through which gradient flows into the value estimate: a baseline is meant to be constant there. */
function missingDetach(compiled: CompiledLoss): Diagnostic[] {
  const kinds = headsBelow(compiled);
  return compiled.graph.nodes.flatMap((node): Diagnostic[] => {
    if (node.source.kind !== "operator" || node.source.row.name !== "mul") return [];
    const [left, right] = node.operands.map((operand) => kinds[operand.index]!) as [number, number];
    const weight =
      left === VALUE && right & POLICY
        ? node.operands[0]
        : right === VALUE && left & POLICY
          ? node.operands[1]
          : undefined;
    return weight ? [undetached(compiled.program, node, weight)] : [];
  });
}

function undetached(program: Program, product: GraphNode, weight: GraphNode): Diagnostic {
  const text = program.text.slice(weight.start, weight.end);
  const written = program.nodes.find((node) => node.start === weight.start && node.end === weight.end);
  const closed = written !== undefined && isTight(written);
  const bracketed = program.text[weight.start - 1] === "(" && program.text[weight.end] === ")";
  const edit = bracketed
    ? { start: weight.end + 1, end: weight.end + 1, text: ".detach()" }
    : { start: weight.start, end: weight.end, text: closed ? `${text}.detach()` : `(${text}).detach()` };
  return {
    severity: "warning",
    code: "missing-detach",
    message: `gradient flows into the value estimate through the weight ${text}`,
    hint: "detach the weight, so that the policy term moves the policy alone",
    start: product.start,
    end: product.end,
    fixes: [{ title: "Detach the weight", edits: [edit] }],
  };
}

function unusedLines(compiled: CompiledLoss): Diagnostic[] {
  const { program, graph } = compiled;
  const { live } = flowOf(graph, () => false);
  return program.statements.flatMap((statement): Diagnostic[] => {
    const node = graph.byExpression[statement.expression.id];
    if (!node || live[node.index] || statement === program.result) return [];
    const { start, end } = statement;
    const what = statement.name ?? "this line";
    return [{ severity: "hint", code: "unused", message: `${what} does not enter the loss`, start, end }];
  });
}

function withoutHeads(compiled: CompiledLoss, heads: ReadonlySet<string>): Diagnostic[] {
  const { graph, program } = compiled;
  const { reached, differentiable } = flowOf(graph, (leaf) => heads.has(leafName(leaf)));
  if (reached[graph.result.index] && differentiable[graph.result.index]) return [];
  const { start, end } = program.result.expression;
  const hint = "name log_pi, logits, pi, entropy or V without detaching it";
  return [
    { severity: "warning", code: "no-gradient", message: "no gradient reaches the policy", hint, start, end },
  ];
}

/** Every diagnostic of a loss text, in the order of the text. Lints about heads need `differentiable` or use all heads. */
export function diagnoseLoss(text: string, symbols: LossSymbols, options: CompileOptions = {}): Diagnosis {
  const parsed = parseLoss(text);
  const { program } = parsed;
  if (!program) return { program, compiled: undefined, diagnostics: parsed.diagnostics };
  const { compiled, diagnostics } = compileLoss(program, symbols, options);
  const found = [
    ...parsed.diagnostics,
    ...diagnostics,
    ...unstableLogarithms(program),
    ...populationDeviations(program),
  ];
  if (compiled) {
    const heads = options.differentiable ?? headNames();
    found.push(
      ...shapeOfResult(compiled),
      ...missingDetach(compiled),
      ...unusedLines(compiled),
      ...withoutHeads(compiled, heads),
    );
  }
  return { program, compiled, diagnostics: found.sort((a, b) => a.start - b.start || a.end - b.end) };
}
