import type { Flow } from "../flow.ts";
import { around, call, keyOf, type PythonScript, parts, type SyntaxNode } from "../script.ts";
import type { LinesBefore } from "./linesBefore.ts";

/** The recorder's keywords by what the columns of a rollout are usually called. */
const columns: readonly (readonly [keyword: string, names: RegExp])[] = [
  ["obs", /^(obs|observations|states)(_buf)?$/],
  ["action", /^(actions?|acts)(_buf)?$/],
  ["reward", /^(rewards?|rews)(_buf)?$/],
  ["dones", /^(dones?|terminations?)(_buf)?$/],
  ["value", /^(values?|vals)(_buf)?$/],
  ["log_prob", /^(log_?probs?|logps?)(_buf)?$/],
];

/** `rec.rollout(…)` after environments side by side were stepped into columns, before the loops that learn from them. */
export function rolloutLines({ script }: Flow, recorder: string): readonly LinesBefore[] {
  const stored = new Map<string, string>();
  for (const statement of script.nodes("AssignStatement")) {
    const targets = parts(statement).filter(({ name }) => name === "MemberExpression");
    for (const target of targets) {
      const key = target.lastChild?.name === "]" ? keyOf(target, script) : undefined;
      const column = columns.find(([, names]) => key !== undefined && names.test(key.split(".").at(-1)!));
      if (column && key !== undefined && !stored.has(column[0])) stored.set(column[0], key);
    }
  }
  const loop = learningLoop(script);
  if (!loop || !stored.has("action") || !stored.has("reward")) return [];
  const named = [...stored].map(([keyword, key]) => `${keyword}=${key}`);
  const after = ["next_done", "next_value"].filter((name) => new RegExp(`\\b${name}\\b`).test(script.text));
  const extra = after.map((name) => (name === "next_value" ? `last_value=${name}` : `${name}=${name}`));
  return [
    {
      line: script.lineOf(loop.from) - 1,
      text: `${script.indentationAt(loop.from)}${recorder}.rollout(${[...named, ...extra].join(", ")})\n`,
      label: "Record every rollout before it is learned from",
    },
  ];
}

/** The outermost loop that holds backward() and no step of an environment. */
function learningLoop(script: PythonScript): SyntaxNode | undefined {
  const backward = script.nodes("CallExpression").find((node) => call(node, script)?.name === "backward");
  let found: SyntaxNode | undefined;
  for (let at = backward && around(backward, "ForStatement"); at; at = around(at, "ForStatement")) {
    if (/\benvs?\w*\.step\(/.test(script.textOf(at))) break;
    found = at;
  }
  return found;
}
