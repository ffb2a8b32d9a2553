import { OFFERED_NAMES, type OfferedName } from "../names.ts";
import type { OperatorRow } from "../operator.ts";
import { infixOperator, operatorNamed, prefixOperator } from "../operators.ts";
import { formatShape } from "../shapes.ts";
import type { Expression, Program } from "../syntax.ts";
import { aliasOf } from "../unknownName.ts";
import type { LossReading } from "./reading.ts";

/** What is known of an expression of a loss text without evaluating it. */
export interface ExpressionDescription {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** "scalar", "[T]" and the like; empty where it is not known. */
  readonly shape: string;
  readonly kind: string;
  readonly documentation: string;
}

const offered: ReadonlyMap<string, OfferedName> = new Map(OFFERED_NAMES.map((one) => [one.name, one]));

/** Describes the innermost expression at an offset; undefined between expressions and in lines that cannot be parsed. */
export function describeAt(reading: LossReading, offset: number): ExpressionDescription | undefined {
  const { program, text } = reading;
  if (program === undefined) return undefined;
  const defined = program.statements.find(({ nameRange }) => nameRange && contains(nameRange, offset));
  const node = defined?.expression ?? innermost(program, offset);
  if (node === undefined) return undefined;
  const { start, end } = defined?.nameRange ?? node;
  const meaning =
    defined === undefined ? meaningOf(node, program) : { kind: "defined here", documentation: "" };
  return { start, end, text: text.slice(start, end), shape: shapeOf(node, reading), ...meaning };
}

function contains({ start, end }: { start: number; end: number }, offset: number): boolean {
  return start <= offset && offset < end;
}

function innermost(program: Program, offset: number): Expression | undefined {
  return program.nodes
    .filter((node) => contains(node, offset))
    .reduce<Expression | undefined>((best, node) => {
      return best === undefined || node.end - node.start <= best.end - best.start ? node : best;
    }, undefined);
}

function shapeOf(node: Expression, { graph }: LossReading): string {
  const shape = graph?.byExpression[node.id]?.shape;
  if (shape === undefined) return "";
  return shape.length === 0 ? "scalar" : formatShape(shape);
}

type Meaning = Pick<ExpressionDescription, "kind" | "documentation">;

function meaningOf(node: Expression, program: Program): Meaning {
  switch (node.kind) {
    case "name":
      return nameMeaning(node.name, program);
    case "call":
      return operatorMeaning(operatorNamed(node.name));
    case "unary":
      return operatorMeaning(prefixOperator(node.operator));
    case "binary":
      return operatorMeaning(infixOperator(node.operator));
    case "index":
      return operatorMeaning(operatorNamed("index"));
    case "number":
      return { kind: "number", documentation: "" };
    default:
      return { kind: "setting of an operator", documentation: "" };
  }
}

function nameMeaning(name: string, program: Program): Meaning {
  const definition = program.statements.find((statement) => statement.name === name);
  if (definition !== undefined) {
    const line = program.text.slice(definition.start, definition.end);
    return { kind: "defined in this text", documentation: line };
  }
  const alias = offered.has(name) ? undefined : aliasOf(name, (candidate) => offered.has(candidate));
  const row = offered.get(alias ?? name);
  if (row === undefined) return { kind: "", documentation: "" };
  const kind = row.kind === "head" ? "head of the policy (differentiable)" : "data of the update (constant)";
  return { kind, documentation: alias === undefined ? row.doc : `Another spelling of ${alias}. ${row.doc}` };
}

function operatorMeaning(row: OperatorRow | undefined): Meaning {
  if (row === undefined) return { kind: "", documentation: "" };
  return { kind: `${row.family} operator ${row.name}`, documentation: row.doc };
}
