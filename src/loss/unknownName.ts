import type { Diagnostic, TextFix, TextRange } from "./diagnostic.ts";
import { aliasTargets, type LossSymbols } from "./names.ts";
import { nearest } from "./nearest.ts";
import { callableNames, OVERLOADED, operatorNamed } from "./operators.ts";
import type { CallNode, NameNode, Program } from "./syntax.ts";

/** The name that `name` is another spelling of, if that is there. */
export function aliasOf(name: string, isThere: (name: string) => boolean): string | undefined {
  return aliasTargets(name).find(isThere);
}

/** The diagnostic for a name that nothing defines, with the nearest name that is there. */
export function unknownName(
  node: NameNode,
  program: Program,
  symbols: LossSymbols,
  defined: Iterable<string>,
): Diagnostic {
  const known = [...defined, ...symbols.keys()];
  return {
    severity: "error",
    code: "unknown-name",
    start: node.start,
    end: node.end,
    ...explain(node, program, symbols, known),
  };
}

function explain(
  node: NameNode,
  program: Program,
  symbols: LossSymbols,
  known: readonly string[],
): { message: string; hint: string; fixes?: readonly TextFix[] } {
  const { name } = node;
  if (program.statements.some((statement) => statement.name === name))
    return { message: `${name} is used before the line that defines it`, hint: "move that line up" };
  if (operatorNamed(name) || OVERLOADED.has(name))
    return { message: `${name} is an operator, not a value`, hint: `call it, as ${name}(x)` };
  const definition = definitionOf(name);
  if (definition?.needs.every((needed) => symbols.has(needed)))
    return explainDefinition(name, definition.text);
  const guess = nearest(name, known);
  const message = `there is no ${name} here`;
  if (guess === undefined) return { message, hint: `the names are ${known.join(", ") || "none"}` };
  return { message, hint: `did you mean ${guess}?`, fixes: [replacement(node, guess)] };
}

interface Definition {
  readonly needs: readonly string[];
  readonly text: string;
}

const RATIO: Definition = { needs: ["log_pi", "log_pi_old"], text: "exp(log_pi - log_pi_old)" };
const ERROR: Definition = { needs: ["r", "V", "gamma"], text: "td_error(r, V, gamma)" };

/** Names that are not given but have a line that defines them in nearly every loss. */
const DEFINITIONS: ReadonlyMap<string, Definition> = new Map([
  ["G", { needs: ["r", "gamma"], text: "discounted_returns(r, gamma)" }],
  ["ratio", RATIO],
  ["ratios", RATIO],
  ["delta", ERROR],
  ["td_errors", ERROR],
]);

function definitionOf(name: string): Definition | undefined {
  return [name, ...aliasTargets(name)]
    .map((word) => DEFINITIONS.get(word))
    .find((found) => found !== undefined);
}

function explainDefinition(
  name: string,
  text: string,
): { message: string; hint: string; fixes: readonly TextFix[] } {
  const line = `${name} = ${text}`;
  return {
    message: `there is no ${name} here`,
    hint: `define it in a line above: ${line}`,
    fixes: [{ title: `Define ${name}`, edits: [{ start: 0, end: 0, text: `${line}\n` }] }],
  };
}

function replacement({ start, end }: TextRange, text: string): TextFix {
  return { title: `Write ${text}`, edits: [{ start, end, text }] };
}

/** The diagnostic for a call of something that is no operator; `isValue` where the name is that of a value. */
export function unknownOperator({ name, nameRange }: CallNode, isValue: boolean): Diagnostic {
  const { start, end } = nameRange;
  if (isValue) {
    const message = `${name} is a value and cannot be called`;
    return {
      severity: "error",
      code: "not-callable",
      message,
      hint: "a product needs a *, and an index needs []",
      start,
      end,
    };
  }
  const guess = nearest(name, callableNames());
  const hint = guess
    ? `did you mean ${guess}?`
    : "sum, mean, exp, log, where, clamp, std and many more are offered";
  const fixes = guess ? [replacement(nameRange, guess)] : [];
  return {
    severity: "error",
    code: "unknown-operator",
    message: `there is no operator ${name}`,
    hint,
    start,
    end,
    fixes,
  };
}
