import { diagnoseLoss } from "../../loss/diagnose.ts";
import { codeEnd } from "../../loss/editing/shapeHints.ts";
import type { CompiledLoss } from "../../loss/evaluate.ts";
import { headNames, OFFERED_NAMES, offeredSymbols } from "../../loss/names.ts";
import { parseLoss } from "../../loss/parse.ts";
import { namedNumbers } from "../../loss/scalars.ts";
import { formatShape } from "../../loss/shapes.ts";
import { statisticsOf } from "../../loss/statistics.ts";
import type { Expression, Program } from "../../loss/syntax.ts";
import type {
  BareNumberView,
  EvaluationView,
  InlayView,
  LossTextView,
  NodeView,
  StatisticsView,
} from "../../protocol/views.ts";
import type { InspectedLoss } from "./inspectedLoss.ts";
import type { OpenedUpdate } from "./openedUpdate.ts";
import { comparisonView, lossView } from "./views.ts";

/**
 * Another loss on an opened update's batch, beside the trainer's own; what is wrong with it where it cannot be.
 * It becomes the update's edited loss unless it is evaluated `aside`.
 */
export function evaluationView(opened: OpenedUpdate, text: string, aside = false): EvaluationView {
  const started = performance.now();
  const { inspector, names } = opened;
  const inspection = inspector.inspect(text);
  const numbers = numbersOf(text);
  if (!inspection.ok) return { ok: false, diagnostics: inspection.diagnostics, numbers };
  if (!aside) inspector.edited = inspection.loss;
  return {
    ok: true,
    diagnostics: inspection.diagnostics,
    numbers,
    inlays: inlaysOf(inspection.loss),
    loss: lossView(inspector, inspection.loss, names),
    comparison: comparisonView(inspector, inspection.loss),
    milliseconds: performance.now() - started,
  };
}

/** What can be said of a loss text without data. */
export function checkLossText(text: string): LossTextView {
  const { diagnostics } = diagnoseLoss(text, offeredSymbols(), { differentiable: headNames() });
  return { diagnostics, numbers: numbersOf(text) };
}

function numbersOf(text: string): BareNumberView[] {
  const { program } = parseLoss(text);
  return program
    ? namedNumbers(program).map(({ name, value, start, end }) => ({ name, value, start, end }))
    : [];
}

/** Shape and reach of every statement's value, behind its line. */
function inlaysOf({ evaluation }: InspectedLoss): InlayView[] {
  const { program } = evaluation.compiled;
  return program.statements.flatMap(({ expression }) => {
    if (expression.kind === "number") return [];
    const node = evaluation.evaluation.node(expression.id);
    if (!node) return [];
    return [{ offset: codeEnd(program.text, expression.end), text: inlayText(node.value, node.shape) }];
  });
}

function inlayText(values: Float64Array, shape: readonly number[]): string {
  if (shape.length === 0) return short(values[0] as number);
  const { minimum, maximum } = statisticsOf(values, shape);
  return `[${shape.join(", ")}] ${short(minimum)} … ${short(maximum)}`;
}

function short(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e6
    ? String(value)
    : String(Number(value.toPrecision(6)));
}

/** The innermost expression at an offset with its value and adjoint on the opened batch; null where there is none. */
export function nodeView(opened: OpenedUpdate, text: string, offset: number): NodeView | null {
  const { inspector } = opened;
  const same = text === inspector.frozen.loss ? inspector.trainer : inspector.edited;
  const inspection = same?.text === text ? { ok: true as const, loss: same } : inspector.inspect(text);
  if (!inspection.ok) return null;
  const { compiled, evaluation } = inspection.loss.evaluation;
  const expression = expressionAt(
    compiled.program,
    offset,
    (candidate) => evaluation.node(candidate.id) !== undefined,
  );
  const node = expression && evaluation.node(expression.id);
  if (!expression || !node) return null;
  return {
    start: expression.start,
    end: expression.end,
    text: text.slice(expression.start, expression.end),
    shape: node.shape,
    symbolicShape: formatShape(compiled.shape(expression.id) ?? node.shape),
    ...describe(compiled, expression),
    value: statisticsView(node.value, node.shape),
    adjoint: statisticsView(node.adjoint, node.shape),
    where: opened.where,
  };
}

function statisticsView(values: Float64Array, shape: readonly number[]): StatisticsView {
  const { shape: _, ...statistics } = statisticsOf(values, shape, { first: 8 });
  return statistics;
}

/** The smallest expression around an offset that has a value; of a statement's name, the statement's expression. */
export function expressionAt(
  program: Program,
  offset: number,
  hasValue: (expression: Expression) => boolean,
): Expression | undefined {
  const named = program.statements.find(
    ({ nameRange }) => nameRange && nameRange.start <= offset && offset < nameRange.end,
  );
  if (named) return named.expression;
  let found: Expression | undefined;
  for (const expression of program.nodes) {
    if (expression.start > offset || offset >= expression.end || !hasValue(expression)) continue;
    if (!found || expression.end - expression.start < found.end - found.start) found = expression;
  }
  return found;
}

function describe(compiled: CompiledLoss, expression: Expression): { kind: string; documentation: string } {
  const node = compiled.graph.byExpression[expression.id];
  if (node?.source.kind === "operator") {
    const { row } = node.source;
    return { kind: `${row.name}`, documentation: row.doc };
  }
  if (node?.source.kind === "leaf") {
    const { name } = node.source;
    const offered = OFFERED_NAMES.find((candidate) => candidate.name === name);
    const kind = offered?.kind === "head" ? "head of the policy (differentiable)" : "data (constant)";
    return { kind, documentation: offered?.doc ?? "" };
  }
  return { kind: "number", documentation: "" };
}
