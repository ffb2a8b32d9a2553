import type { Flow } from "../flow.ts";
import { scopeOf } from "../flow.ts";
import { around, call, keyOf, parts, type SyntaxNode } from "../script.ts";
import type { LinesBefore } from "./linesBefore.ts";

/** A statement that steps an environment. */
export interface StepPlace {
  readonly statement: SyntaxNode;
  readonly environment: string;
  readonly action: SyntaxNode;
  readonly targets: readonly SyntaxNode[];
}

/** Where a script steps an environment into names: obs, reward, terminated, truncated, info = env.step(action). */
export function stepPlaces({ script }: Flow): readonly StepPlace[] {
  return script.nodes("AssignStatement").flatMap((statement) => {
    const items = parts(statement);
    const at = items.findIndex(({ name }) => name === "AssignOp");
    const targets = items
      .slice(0, at)
      .flatMap((one) => (one.name === "TupleExpression" ? parts(one) : [one]));
    const made = items[at + 1] && call(items[at + 1]!, script);
    const [action] = made?.positional ?? [];
    if (made?.name !== "step" || !made.receiver || !action || targets.length < 3) return [];
    return [{ statement, environment: script.textOf(made.receiver), action, targets }];
  });
}

const isMade = /^(make|make_env)$/;

/** Whether environments stand side by side: their steps are arrays, not the numbers of one. */
export function isVectorised({ script }: Flow): boolean {
  return /\b(SyncVectorEnv|AsyncVectorEnv|make_vec|gym(nasium)?\.vector|gym3|envpool)\b/.test(script.text);
}

/** A wrapper around the environment that the script steps where Gymnasium makes it, else a line after each step. */
export function stepLines(flow: Flow, recorder: string): readonly LinesBefore[] {
  const { script } = flow;
  const [place] = stepPlaces(flow);
  const wrapped = /\bgymnasium\b/.test(script.text)
    ? wrapLine(flow, recorder, place?.environment)
    : undefined;
  if (wrapped) return [wrapped];
  if (!place) return [];
  const { statement, action, targets } = place;
  const names = targets.map((target) => script.textOf(target));
  const ends =
    targets.length >= 5
      ? `terminated=${names[2]}, truncated=${names[3]}`
      : targets.length === 4 && /trunc/i.test(names[3]!)
        ? `terminated=${names[2]}, truncated=${names[3]}`
        : `terminated=${names[2]}`;
  const text = `${script.indentationAt(statement.from)}${recorder}.step(action=${script.textOf(action)}, reward=${names[1]}, ${ends})\n`;
  return [{ line: script.lineOf(statement.to), text, label: "Record every step of the environment" }];
}

function wrapLine(flow: Flow, recorder: string, stepped: string | undefined): LinesBefore | undefined {
  const { script } = flow;
  const isGym = (node: SyntaxNode) => {
    const made = call(node, script);
    const from = made?.receiver ? script.textOf(made.receiver) : "";
    return made !== undefined && isMade.test(made.name) && /^gym(nasium)?$/.test(from);
  };
  const makers = script.nodes("AssignStatement").filter((statement) => {
    const [target, , value] = parts(statement);
    const key = keyOf(target, script);
    if (key === undefined || !value || value.name !== "CallExpression" || /eval|test/i.test(key))
      return false;
    return flow.reaches(value, isGym, () => false);
  });
  const own = makers.find((statement) => script.textOf(parts(statement)[0]!) === stepped);
  const chosen =
    own ??
    (makers.length === 1 && (stepped === undefined || isPassedOn(flow, makers[0]!)) ? makers[0] : undefined);
  if (!chosen) return undefined;
  const name = script.textOf(parts(chosen)[0]!);
  return {
    line: script.lineOf(chosen.to),
    text: `${script.indentationAt(chosen.from)}${name} = pgtrace.wrap(${name}, ${recorder})\n`,
    label: "Record every step of the environment",
  };
}

/** Whether the environment reaches the place where it is stepped under another name: as an argument. */
function isPassedOn({ script }: Flow, maker: SyntaxNode): boolean {
  const name = script.textOf(parts(maker)[0]!);
  return (
    script
      .nodes("VariableName")
      .some(
        (node) =>
          node.from > maker.to && script.textOf(node) === name && around(node, "ArgList") !== undefined,
      ) || scopeOf(maker) !== undefined
  );
}
