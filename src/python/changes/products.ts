import { insertAt, replaceNode, type ScriptChange } from "../change.ts";
import { statementOf, type TrainingScript } from "../meaning.ts";
import { around, binary, call, keyOf, parts, type SyntaxNode } from "../script.ts";
import { factorsOf, type Term, termsWith } from "../terms.ts";
import { recurrences } from "./returns.ts";

/** What a change may need to know of the trace. */
export interface ChangeContext {
  /** Whether every update uses one episode, so that rows of the batch are times. */
  readonly isOneEpisode: boolean;
}

/** The mean around the policy's term becomes a sum. */
export function sumInsteadOfMean(training: TrainingScript): readonly ScriptChange[] {
  const { script } = training;
  const means = termsWith(training, training.isLogProb).flatMap(({ reductions }) =>
    reductions.flatMap((node) => call(node, script) ?? []).filter(({ name }) => name === "mean"),
  );
  const [mean] = means;
  return mean ? [{ title: "sum over the steps", edits: [replaceNode(mean.word, "sum")] }] : [];
}

/** γᵗ as a factor: from the step's number where the term stands in a loop over steps, else from an arange. */
export function addGammaPower(
  training: TrainingScript,
  { isOneEpisode }: ChangeContext,
): readonly ScriptChange[] {
  const [term] = termsWith(training, training.isLogProb);
  const gamma = recurrences(training)[0]?.discount;
  if (!term || !gamma) return [];
  const base = training.textOf(gamma);
  return inLoop(training, term, base) ?? (isOneEpisode ? overVector(training, term, base) : []);
}

/** for a, b in zip(…): −a·b → for t, (a, b) in enumerate(zip(…)): −γᵗ·a·b. */
function inLoop(
  training: TrainingScript,
  { core }: Term,
  gamma: string,
): readonly ScriptChange[] | undefined {
  const { script } = training;
  const loop = around(core, "ForStatement");
  if (!loop) return undefined;
  const items = parts(loop);
  const middle = items.findIndex(({ name }) => name === "in");
  const targets = items.slice(1, middle);
  const over = items[middle + 1];
  const names = new Set(targets.flatMap((target) => keyOf(target, script) ?? []));
  const isOfSteps = factorsOf(core, training).some((factor) =>
    script.nodes("VariableName", factor).some((name) => names.has(script.textOf(name))),
  );
  if (!over || targets.length === 0 || !isOfSteps || call(over, script)?.name === "enumerate")
    return undefined;
  const count = /\bt\b/.test(script.textOf(loop)) ? "step" : "t";
  const target = { from: targets[0]!.from, to: targets.at(-1)!.to };
  const inner = targets.length > 1 ? `(${script.textOf(target)})` : script.textOf(target);
  return [
    {
      title: "multiply with gamma**t",
      edits: [
        { ...target, text: `${count}, ${inner}` },
        insertAt(over.from, "enumerate("),
        insertAt(over.to, ")"),
        insertAt(firstFactor(training, core), `${gamma} ** ${count} * `),
      ],
    },
  ];
}

function overVector(training: TrainingScript, { core }: Term, gamma: string): readonly ScriptChange[] {
  const { script } = training;
  const factor = factorsOf(core, training).find((one) => training.isLogProb(unsigned(one, training)));
  const name = factor && keyOf(unsigned(factor, training), script);
  if (name === undefined) return [];
  const isNumPy = !/\bimport torch\b|\bfrom torch\b/.test(script.text);
  const times = isNumPy ? `np.arange(len(${name}))` : `torch.arange(len(${name}), device=${name}.device)`;
  return [
    {
      title: "multiply with gamma**t",
      edits: [insertAt(firstFactor(training, core), `${gamma} ** ${times} * `)],
    },
  ];
}

function unsigned(node: SyntaxNode, { script }: TrainingScript): SyntaxNode {
  return node.name === "UnaryExpression" && script.textOf(node).startsWith("-") ? parts(node)[1]! : node;
}

/** Where the product begins, behind its sign. */
function firstFactor(training: TrainingScript, core: SyntaxNode): number {
  return unsigned(factorsOf(core, training)[0]!, training).from;
}

/** exp(old − new) → exp(new − old). */
export function turnRatio({ script }: TrainingScript): readonly ScriptChange[] {
  for (const difference of script.nodes("BinaryExpression").flatMap((node) => binary(node, script) ?? [])) {
    const { operator, left, right } = difference;
    if (operator !== "-" || !isOld(script.textOf(left)) || isOld(script.textOf(right))) continue;
    return [
      {
        title: "new minus old",
        edits: [replaceNode(left, script.textOf(right)), replaceNode(right, script.textOf(left))],
      },
    ];
  }
  return [];
}

function isOld(text: string): boolean {
  return /old|b_log_?prob|stored|behaviou?r/i.test(text) && /log|lp/i.test(text);
}

/** max of the two surrogates → min. */
export function leastSurrogate({ script }: TrainingScript): readonly ScriptChange[] {
  const calls = script.nodes("CallExpression").flatMap((node) => call(node, script) ?? []);
  const most = calls.filter(
    ({ name, positional, node }) =>
      /^(max|maximum)$/.test(name) && positional.length === 2 && isOfRatio(script.textOf(node)),
  );
  return most.slice(0, 1).map(({ word, name }) => ({
    title: "the smaller of the two surrogates",
    edits: [replaceNode(word, name === "max" ? "min" : "minimum")],
  }));
}

function isOfRatio(text: string): boolean {
  return /ratio|surr/i.test(text);
}

/** mean(ln π)·sum(w) → sum(ln π·w). */
export function multiplyStepByStep(training: TrainingScript): readonly ScriptChange[] {
  const { script } = training;
  for (const { core } of termsWith(training, training.isLogProb)) {
    const product = binary(core, script);
    const sides =
      product?.operator === "*" ? [product.left, product.right].map((one) => unsigned(one, training)) : [];
    const [left, right] = sides
      .flatMap((side) => call(side, script) ?? [])
      .filter(({ name }) => /^(mean|sum)$/.test(name));
    if (!left?.receiver || !right?.receiver) continue;
    const text = `(${script.textOf(left.receiver)} * ${script.textOf(right.receiver)}).sum()`;
    return [
      {
        title: "multiply step by step, then sum",
        edits: [{ from: left.node.from, to: right.node.to, text }],
      },
    ];
  }
  return [];
}

/** π·w → ln π·w: x.exp() is taken away, or the logarithm taken. */
export function takeLogarithm(training: TrainingScript): readonly ScriptChange[] {
  const { script } = training;
  const isProbability = (node: SyntaxNode) =>
    /^(\w*\.)*(action_)?prob(abilitie)?s?$/i.test(keyOf(node, script) ?? "") ||
    call(node, script)?.name === "exp";
  for (const { core } of termsWith(training, (node) => training.isLogProb(node) || isProbability(node))) {
    for (const factor of factorsOf(core, training).map((one) => unsigned(one, training))) {
      const made = call(factor, script);
      const inner = made?.name === "exp" ? (made.positional[0] ?? made.receiver) : undefined;
      if (inner && training.flow.reaches(inner, training.isLogProb, () => false)) {
        return [
          { title: "the logarithm, not the probability", edits: [replaceNode(factor, script.textOf(inner))] },
        ];
      }
      if (keyOf(factor, script) !== undefined && isProbability(factor)) {
        return [{ title: "take the logarithm", edits: [insertAt(factor.to, ".log()")] }];
      }
    }
  }
  return [];
}

/** dist.log_prob(a) of several dimensions, and its mean over them → its sum. */
export function sumDimensions({ script }: TrainingScript): readonly ScriptChange[] {
  const title = "sum over the dimensions";
  for (const node of script.nodes("CallExpression")) {
    if (call(node, script)?.name !== "log_prob") continue;
    const member = node.parent?.name === "MemberExpression" ? node.parent : undefined;
    const after = member?.parent && call(member.parent, script);
    if (after?.name === "mean") return [{ title, edits: [replaceNode(after.word, "sum")] }];
    if (!member) return [{ title, edits: [insertAt(node.to, ".sum(-1)")] }];
  }
  return [];
}

/** −ln π of the drawn action → the distribution's own entropy. */
export function ownEntropy(training: TrainingScript): readonly ScriptChange[] {
  const { script } = training;
  const drawn = script
    .nodes("CallExpression")
    .flatMap((node) => call(node, script) ?? [])
    .find(({ name }) => name === "log_prob");
  const distribution = drawn?.receiver && script.textOf(drawn.receiver);
  if (distribution === undefined) return [];
  for (const node of script.nodes("UnaryExpression")) {
    const [, operand] = parts(node);
    const statement = statementOf(node);
    const isEntropy = statement !== undefined && /entrop/i.test(script.textOf(statement).split(/[=(]/)[0]!);
    if (operand && isEntropy && training.isLogProb(operand)) {
      return [
        { title: "the entropy of the distribution", edits: [replaceNode(node, `${distribution}.entropy()`)] },
      ];
    }
  }
  return [];
}
