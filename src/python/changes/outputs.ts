import { replaceNode, type ScriptChange } from "../change.ts";
import type { TrainingScript } from "../meaning.ts";
import { type Call, call, type SyntaxNode } from "../script.ts";

/** One softmax too many goes: the one that makes what is then taken as logits. */
export function dropSoftmax(training: TrainingScript): readonly ScriptChange[] {
  const { script } = training;
  const calls = script.nodes("CallExpression").flatMap((node) => call(node, script) ?? []);
  const softmaxes = calls.filter(({ name }) => name === "softmax");
  const [only] = softmaxes;
  if (softmaxes.length === 1 && only)
    return [{ title: "give the logits themselves", edits: [withoutCall(training, only)] }];
  const layer = softmaxes.length === 0 ? calls.filter(({ name }) => name === "Softmax") : [];
  return layer.length === 1
    ? [{ title: "end in the logits", edits: [withoutItem(training, layer[0]!.node)] }]
    : [];
}

/** softmax(x, -1) and x.softmax(-1) → x. */
function withoutCall({ script }: TrainingScript, { node, receiver, positional }: Call) {
  const isFunction =
    receiver === undefined || /^(F|torch|nn|jax|functional|special)\b/.test(script.textOf(receiver));
  const inner = isFunction ? positional[0] : receiver;
  return replaceNode(node, inner ? script.textOf(inner) : script.textOf(node));
}

/** An item of a list of arguments with the comma and the space before it. */
function withoutItem({ script }: TrainingScript, node: SyntaxNode) {
  const before = /,\s*$/.exec(script.text.slice(0, node.from));
  return { from: before ? before.index : node.from, to: node.to, text: "" };
}
