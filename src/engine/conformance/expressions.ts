import { type ExpressionCase, conformExpressions as recompute } from "../../loss/conform.ts";
import { type Comparison, compare, merge, mismatch, readNumber } from "./compare.ts";
import { computedCase, errorCase, type Outcome, type PendingCase } from "./outcome.ts";
import { type Fields, fields, list } from "./reading.ts";

/** How the loss language says that it knows an operator of PyTorch and does not offer it. */
const refusedByName = /is not offered/;

/** Recomputes a file of the form of expressions.json: loss expressions with value and gradients. */
export function* conformExpressionFile(file: Fields): Iterable<PendingCase> {
  const entries = list(file, "cases");
  let index = 0;
  for (const result of recompute(file)) {
    const entry = entries[index++];
    yield { id: result.case, compute: () => expressionCase(result, fields(entry)) };
  }
}

export const isExpressions = (file: Fields) =>
  Array.isArray(file.cases) && file.cases.length > 0 && "expr" in Object(file.cases[0]);

function expressionCase(result: ExpressionCase, entry: Fields): Outcome {
  if ("skipped" in result) return { line: result, comparison: merge([]), failed: false };
  if ("error" in result) {
    return errorCase(
      result.case,
      result.error,
      entry.error !== undefined || refusedByName.test(result.error),
    );
  }
  const { computed } = result;
  const comparison =
    entry.error === undefined
      ? compareExpression(entry, computed)
      : mismatch(`torch raises ${entry.error}, we compute a value`);
  return computedCase(result.case, computed, comparison);
}

function compareExpression(entry: Fields, computed: object): Comparison {
  const ours = computed as Fields;
  const parts = ["value", "shape"]
    .filter((key) => entry[key] !== undefined)
    .map((key) => compare(entry[key], ours[key], undefined, key));
  if ((entry.grad_error === undefined) !== (ours.grad_error === undefined)) {
    parts.push(mismatch(`grad_error: the file has ${entry.grad_error}, we have ${ours.grad_error}`));
  }
  return merge([...parts, compareGradients(fields(entry.grad ?? {}), fields(ours.grad ?? {}))]);
}

/** A name that torch gives no gradient must have none, or zeros, here. */
function compareGradients(expected: Fields, computed: Fields): Comparison {
  const surplus = Object.keys(computed)
    .filter((name) => !Object.hasOwn(expected, name))
    .map((name) => compare(zerosLike(computed[name]), computed[name], undefined, `grad.${name}`));
  return merge([compare(expected, computed, undefined, "grad"), ...surplus]);
}

function zerosLike(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(zerosLike);
  return readNumber(value) === undefined ? value : 0;
}
