import type { Flow } from "../flow.ts";
import { scopeOf } from "../flow.ts";
import { call, keyOf, type PythonScript, parts, type SyntaxNode } from "../script.ts";

const comprehensions = new Set(["ArrayComprehensionExpression", "ComprehensionExpression"]);

/**
 * Python for all the values that a name takes: itself outside a loop, what the loop runs over where it is a loop's variable.
 * `log_prob` of `for (log_prob, value), R in zip(saved, returns)` is `[item[0] for item in saved]`.
 */
export function wholeOf(node: SyntaxNode, script: PythonScript): string | undefined {
  const key = keyOf(node, script);
  if (key === undefined) return undefined;
  for (let at = node.parent; at; at = at.parent) {
    if (at.name !== "ForStatement" && !comprehensions.has(at.name)) continue;
    const found = boundIn(at, key, script);
    if (found !== undefined) return found;
  }
  return key;
}

function boundIn(loop: SyntaxNode, key: string, script: PythonScript): string | undefined {
  const items = parts(loop);
  const first = items.findIndex(({ name }) => name === "for");
  const middle = items.findIndex(({ name }, at) => at > first && name === "in");
  const over = items[middle + 1];
  return over && bound(items.slice(first + 1, middle), over, key, script);
}

function bound(
  targets: readonly SyntaxNode[],
  over: SyntaxNode,
  key: string,
  script: PythonScript,
): string | undefined {
  const made = call(over, script);
  if (made?.name === "range") return undefined;
  if (made?.name === "enumerate" && targets[1] && made.positional[0]) {
    return bound(flattened(targets[1]), made.positional[0], key, script);
  }
  const sources = made?.name === "zip" ? made.positional : targets.length === 1 ? [over] : undefined;
  if (!sources) {
    const place = targets.findIndex((target) => keyOf(target, script) === key);
    return place < 0 ? undefined : `[item[${place}] for item in ${script.textOf(over)}]`;
  }
  for (const [index, target] of targets.entries()) {
    const source = sources[index];
    if (!source) continue;
    if (keyOf(target, script) === key) return script.textOf(source);
    const place = flattened(target).findIndex((part) => keyOf(part, script) === key);
    if (target.name !== "VariableName" && place >= 0)
      return `[item[${place}] for item in ${script.textOf(source)}]`;
  }
  return undefined;
}

function flattened(target: SyntaxNode): readonly SyntaxNode[] {
  return target.name === "TupleExpression" || target.name === "ParenthesizedExpression"
    ? parts(target)
    : [target];
}

/** Whether all names of an expression can be read where a statement of `scope` stands. */
export function isReadable(text: string, scope: SyntaxNode | undefined, flow: Flow): boolean {
  const names = [...text.matchAll(/(?<![.\w])[A-Za-z_]\w*/g)].map(([name]) => name);
  return names.every((name) => /^(item|for|in|torch)$/.test(name) || isKnown(name, scope, flow));
}

/** Names of the module, and those that the function is given or gives. */
function isKnown(name: string, scope: SyntaxNode | undefined, { script }: Flow): boolean {
  return script.nodes("VariableName").some((node) => {
    if (script.textOf(node) !== name) return false;
    const own = scopeOf(node);
    const isBound =
      /^(AssignStatement|ForStatement|ParamList|ImportStatement|ClassDefinition|FunctionDefinition|WithStatement|TupleExpression)$/.test(
        node.parent?.name ?? "",
      );
    const isAround =
      own === undefined || (scope !== undefined && own.from <= scope.from && own.to >= scope.to);
    return isBound && isAround;
  });
}
