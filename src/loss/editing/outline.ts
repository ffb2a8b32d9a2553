import type { TextRange } from "../diagnostic.ts";
import { namedNumbers } from "../scalars.ts";
import { formatShape } from "../shapes.ts";
import type { LossReading } from "./reading.ts";

/** A line of a loss as its outline shows it. */
export interface OutlineItem extends TextRange {
  readonly name: string;
  /** Where the name stands; of a line without one, all of it. */
  readonly nameRange: TextRange;
  readonly kind: "number" | "value" | "result" | "rule";
  /** Its shape, or its number; empty where neither is known. */
  readonly detail: string;
}

/** Every line that defines something, the result, and update rules, in the order of the text. */
export function outlineOf(reading: LossReading): readonly OutlineItem[] {
  const rules = reading.rules.map(
    ({ start, end, text }): OutlineItem => ({
      name: text,
      nameRange: { start, end },
      kind: "rule",
      detail: "update rule",
      start,
      end,
    }),
  );
  return [...statements(reading), ...rules].sort((a, b) => a.start - b.start);
}

function statements({ program, graph, text }: LossReading): OutlineItem[] {
  if (program === undefined) return [];
  const numbers = new Map(namedNumbers(program).map((number) => [number.start, number]));
  return program.statements.map((statement) => {
    const { start, end, name, nameRange, expression } = statement;
    const number = name === undefined ? undefined : numbers.get(expression.start);
    const shape = graph?.byExpression[expression.id]?.shape;
    return {
      name: nameRange ? text.slice(nameRange.start, nameRange.end) : text.slice(start, end),
      nameRange: nameRange ?? { start, end },
      kind: statement === program.result ? "result" : number ? "number" : "value",
      detail: number ? text.slice(number.start, number.end) : shape ? shapeText(shape) : "",
      start,
      end,
    };
  });
}

function shapeText(shape: Parameters<typeof formatShape>[0]): string {
  return shape.length === 0 ? "scalar" : formatShape(shape);
}
