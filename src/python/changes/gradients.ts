import { insertAt, replaceNode, type ScriptChange, type TextEdit } from "../change.ts";
import { isHeld } from "../flow.ts";
import { statementOf, type TrainingScript } from "../meaning.ts";
import { around, binary, call, parts, type SyntaxNode } from "../script.ts";
import { factorsOf, termsWith } from "../terms.ts";

const closed = /^(VariableName|MemberExpression|CallExpression|ParenthesizedExpression)$/;

/** x → x.detach(), with brackets where they are needed. */
function detached(node: SyntaxNode): readonly TextEdit[] {
  if (closed.test(node.name)) return [insertAt(node.to, ".detach()")];
  return [insertAt(node.from, "("), insertAt(node.to, ").detach()")];
}

/** In the policy's product the factor that V stands in is held constant. */
export function detachAdvantage(training: TrainingScript): readonly ScriptChange[] {
  for (const { core } of termsWith(training, training.isLogProb)) {
    const factor = factorsOf(core, training).find(
      (one) =>
        !training.flow.reaches(one, training.isLogProb, () => false) &&
        training.flow.reaches(one, training.isValue),
    );
    if (factor) return [{ title: `detach ${shown(training, factor)}`, edits: detached(factor) }];
  }
  return [];
}

/** In the critic's error the side that looks ahead is held constant. */
export function detachTarget(training: TrainingScript): readonly ScriptChange[] {
  const isAhead = (node: SyntaxNode) => /^\w*gamma$/i.test(training.textOf(node).split(".").at(-1)!);
  for (const node of training.script.nodes(["CallExpression", "BinaryExpression"])) {
    const sides = sidesOfError(training, node);
    const target = sides?.find(
      (side) => training.flow.reaches(side, isAhead) && training.flow.reaches(side, training.isValue),
    );
    const other = sides?.find((side) => side !== target);
    if (!target || !other || !training.flow.reaches(other, training.isValue)) continue;
    return [{ title: `detach ${shown(training, target)}`, edits: detached(target) }];
  }
  return [];
}

/** The two sides of mse_loss(x, y) and of (x − y)², without brackets. */
function sidesOfError({ script }: TrainingScript, node: SyntaxNode): readonly SyntaxNode[] | undefined {
  const made = call(node, script);
  if (made && /^(mse_loss|smooth_l1_loss|huber_loss|l1_loss)$/.test(made.name))
    return made.positional.slice(0, 2);
  const power = binary(node, script);
  const base =
    made?.name === "pow" || made?.name === "square"
      ? made.receiver
      : power?.operator === "**"
        ? power.left
        : undefined;
  const inner = base?.name === "ParenthesizedExpression" ? parts(base)[0] : base;
  const difference = inner && binary(inner, script);
  return difference?.operator === "-" ? [difference.left, difference.right] : undefined;
}

/** What cut the graph of ln π (or of the entropy) goes: x.detach(), x.item(), torch.tensor(list). */
export function attachLogProb(training: TrainingScript): readonly ScriptChange[] {
  return attached(training, training.isLogProb);
}

export function attachEntropy(training: TrainingScript): readonly ScriptChange[] {
  return attached(training, training.isEntropy);
}

function attached(
  training: TrainingScript,
  isWanted: (node: SyntaxNode) => boolean,
): readonly ScriptChange[] {
  const { script, flow } = training;
  for (const node of script.nodes("CallExpression")) {
    const made = call(node, script);
    if (!made || isForRecorder(training, node)) continue;
    const isDetached = isHeld(node, script) && /^(detach|item)$/.test(made.name) && made.receiver;
    if (isDetached && flow.reaches(isDetached, isWanted, () => false)) {
      return [
        {
          title: `keep the graph: no .${made.name}()`,
          edits: [{ from: isDetached.to, to: node.to, text: "" }],
        },
      ];
    }
    const [list] = made.positional;
    const isRebuilt = made.name === "tensor" && list !== undefined && made.receiver !== undefined;
    if (
      isRebuilt &&
      flow.reaches(list, isWanted, () => false) &&
      !flow.reaches(
        list,
        (one) => isHeld(one, script),
        () => false,
      )
    ) {
      return [{ title: "keep the graph: stack the tensors", edits: [replaceNode(made.word, "stack")] }];
    }
  }
  return [];
}

/** What is only given to the recorder, to the environment or to print does not stand in the loss. */
function isForRecorder({ script }: TrainingScript, node: SyntaxNode): boolean {
  for (let at = around(node, "CallExpression"); at; at = around(at, "CallExpression")) {
    if (/^(step|rollout|outputs|watch|update|print|log|info)$/.test(call(at, script)?.name ?? ""))
      return true;
  }
  return false;
}

/** optimizer.zero_grad() before the backward() that the recorded loss goes through. */
export function addZeroGrad(training: TrainingScript): readonly ScriptChange[] {
  const { script, update } = training;
  if (!update || script.text.includes("zero_grad")) return [];
  const calls = script.nodes("CallExpression").filter(({ from }) => from >= update.node.to);
  const named = (name: string) => calls.find((node) => call(node, script)?.name === name);
  const backward = named("backward");
  const step = calls.find((node) => {
    const made = call(node, script);
    return made?.name === "step" && made.positional.length === 0 && made.named.size === 0;
  });
  const optimizer = step && call(step, script)?.receiver;
  const statement = backward && statementOf(backward);
  if (!optimizer || !statement) return [];
  const line = script.startOf(script.lineOf(statement.from));
  const text = `${script.indentationAt(statement.from)}${script.textOf(optimizer)}.zero_grad()\n`;
  return [
    { title: `clear the gradients of ${script.textOf(optimizer)} first`, edits: [insertAt(line, text)] },
  ];
}

/** dist.rsample() → dist.sample(). */
export function sampleWithoutGradient({ script }: TrainingScript): readonly ScriptChange[] {
  const words = script
    .nodes("CallExpression")
    .flatMap((node) => call(node, script) ?? [])
    .filter(({ name }) => name === "rsample");
  return words.map(({ word }) => ({
    title: "draw the action without gradient",
    edits: [replaceNode(word, "sample")],
  }));
}

function shown(training: TrainingScript, node: SyntaxNode): string {
  const text = training.textOf(node).replaceAll(/\s+/g, " ");
  return text.length > 32 ? `${text.slice(0, 31)}…` : text;
}
