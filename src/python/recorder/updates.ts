import { recurrences } from "../changes/returns.ts";
import { type Flow, scopeOf } from "../flow.ts";
import { statementOf, type TrainingScript } from "../meaning.ts";
import { around, call, keyOf, parts, type SyntaxNode } from "../script.ts";
import type { LinesBefore } from "./linesBefore.ts";
import { isReadable, wholeOf } from "./sources.ts";

/** Where a loss is differentiated, and what is recorded there. */
interface UpdatePlace {
  /** The statement before which it is recorded. */
  readonly statement: SyntaxNode;
  readonly loss: string;
  readonly scope: SyntaxNode | undefined;
}

/** `rec.update(…)` before a loss is differentiated, or before a function gives it back where its parts are known. */
export function updateLines(training: TrainingScript, recorder: string): readonly LinesBefore[] {
  const { script } = training;
  const places = backwardPlaces(training);
  const [place] = places;
  if (places.length !== 1 || !place) return [];
  const inside = quantitiesAt(training, place);
  const within = inside.log_prob === undefined ? returnPlace(training, place) : undefined;
  const at = within ?? place;
  const known = within ? quantitiesAt(training, within) : inside;
  const named = Object.entries(known).flatMap(([name, text]) =>
    text === undefined ? [] : [`${name}=${text}`],
  );
  const rows = rowsAt(training, at);
  const isDraft = known.log_prob === undefined;
  const words = [
    `loss=${at.loss}`,
    ...named,
    ...rows,
    ...parameters(training, at),
    ...discount(training, at),
  ];
  const hint = isDraft ? "  # add log_prob=… as it enters the loss" : "";
  return [
    {
      line: script.lineOf(at.statement.from) - 1,
      text: `${script.indentationAt(at.statement.from)}${recorder}.update(${words.join(", ")})${hint}\n`,
      label: "Record every update before its gradients are computed",
      ...(isDraft && { isDraft: true as const }),
    },
  ];
}

/** Every x.backward() whose loss is of log-probabilities; where none is known to be, every one. */
function backwardPlaces(training: TrainingScript): readonly UpdatePlace[] {
  const { script, flow } = training;
  const all = script.nodes("CallExpression").flatMap((node) => {
    const made = call(node, script);
    const statement = statementOf(node);
    if (made?.name !== "backward" || !made.receiver || !statement) return [];
    return [{ node: made.receiver, statement, loss: script.textOf(made.receiver), scope: scopeOf(node) }];
  });
  const ofPolicy = all.filter(({ node }) => flow.reaches(node, training.isLogProb, () => false));
  return ofPolicy.length > 0 ? ofPolicy : all;
}

/** The return of the function that the loss is made by. */
function returnPlace({ script, flow }: TrainingScript, { statement }: UpdatePlace): UpdatePlace | undefined {
  const loss = script
    .nodes("CallExpression", statement)
    .flatMap((node) => call(node, script)?.receiver ?? [])[0];
  const made = loss && (call(loss, script) ? [loss] : flow.definitionsOf(loss).map(({ value }) => value));
  const [returned] = (made ?? []).flatMap((value) => flow.returnedBy(value));
  const outer = returned && around(returned, "ReturnStatement");
  return returned && outer
    ? { statement: outer, loss: script.textOf(returned), scope: scopeOf(outer) }
    : undefined;
}

type Quantities = Readonly<Record<"log_prob" | "entropy" | "value", string | undefined>>;

/** Expressions for log-probabilities, entropies and values that can be read where the update is recorded. */
function quantitiesAt(training: TrainingScript, place: UpdatePlace): Quantities {
  const find = (isWanted: (node: SyntaxNode) => boolean) => quantity(training, place, isWanted);
  return {
    log_prob: find(training.isLogProb),
    entropy: find(training.isEntropy),
    value: find(training.isValue),
  };
}

function quantity(
  { script, flow }: TrainingScript,
  { statement, scope }: UpdatePlace,
  isWanted: (node: SyntaxNode) => boolean,
): string | undefined {
  const reached: SyntaxNode[] = [];
  flow.reaches(statement, (node) => {
    if (keyOf(node, script) !== undefined && !isPartOfPath(node) && isWanted(node)) reached.push(node);
    return false;
  });
  for (const node of reached) {
    if (isOld(script.textOf(node))) continue;
    const text = wholeOf(node, script);
    if (text !== undefined && isReadable(text, scope, flow) && isNumbers(text)) return text;
  }
  return undefined;
}

/** `policy` of policy.rewards; not `entropy` of entropy.mean(), nor of entropy[t]. */
function isPartOfPath({ parent }: SyntaxNode): boolean {
  const isPath = parent?.name === "MemberExpression" && parent.lastChild?.name === "PropertyName";
  return isPath && parent.parent?.name !== "CallExpression";
}

/** What was recorded before: an old log-probability or value is no part of this update's graph. */
function isOld(text: string): boolean {
  return /old|^b_|loss|coef|weight|beta|scale/i.test(text);
}

/** A name, a path of names, or a list made of one. */
function isNumbers(text: string): boolean {
  return /^(\[item\[\d\] for item in )?[A-Za-z_][\w.]*\]?$/.test(text);
}

/** The rows of a minibatch: what the batch's columns are indexed with in the loop of the update. */
function rowsAt({ script }: TrainingScript, { statement }: UpdatePlace): readonly string[] {
  const loop = around(statement, "ForStatement");
  const index = loop && /\bb_\w+(?:\.\w+\(\))?\[(\w+)\]/.exec(script.textOf(loop))?.[1];
  if (!index) return [];
  const outer = around(loop, "ForStatement");
  const [, epoch] = outer ? parts(outer) : [];
  return [`rows=${index}`, ...(epoch?.name === "VariableName" ? [`epoch=${script.textOf(epoch)}`] : [])];
}

function parameters({ script, flow }: TrainingScript, { scope }: UpdatePlace): readonly string[] {
  for (const node of script.nodes("CallExpression")) {
    const made = call(node, script);
    const optimised =
      made && /^(Adam\w*|SGD|RMSprop|Adagrad|RAdam|NAdam)$/.test(made.name) ? made.positional[0] : undefined;
    const text = optimised && script.textOf(optimised);
    if (
      text !== undefined &&
      /\.parameters\(\)$/.test(text) &&
      isReadable(text.replace(/\(\)$/, ""), scope, flow)
    )
      return [`params=${text}`];
  }
  return [];
}

/** γ and λ as the returns use them, and how far a ratio may go, where they can be read. */
function discount(training: TrainingScript, { scope }: UpdatePlace): readonly string[] {
  const { script, flow } = training;
  const isKnown = (text: string) => /^[\d.]/.test(text) || isReadable(text.split(".")[0]!, scope, flow);
  const given = (name: string, text: string | undefined) =>
    text !== undefined && isKnown(text) ? [`${name}=${text}`] : [];
  const [first] = recurrences(training);
  const epsilon = /\b(?:clamp|clip)\(\s*\w+\s*,\s*1(?:\.0?)?\s*-\s*([\w.]+)/.exec(script.text)?.[1];
  return [
    ...given("gamma", first && script.textOf(first.discount)),
    ...given("gae_lambda", first?.lambda && script.textOf(first.lambda)),
    ...given("clip_epsilon", epsilon),
  ];
}

/** Why no update can be recorded by itself, in one line that says what to do; undefined where it can. */
export function whyNoUpdate(flow: Flow): string | undefined {
  const { script } = flow;
  const count = script
    .nodes("CallExpression")
    .filter((node) => call(node, script)?.name === "backward").length;
  if (count > 1)
    return `There are ${count} places with backward(): put rec.update(loss=…, log_prob=…) before the one of the policy's loss.`;
  if (count === 1) return undefined;
  if (/\bjax\b/.test(script.text)) {
    return "JAX has no backward() to listen to: call rec.update(loss=…, log_prob=…, coef=…) with jax.grad of the loss by the log-probabilities, or logits_grad=….";
  }
  return "No loss.backward() was found: call rec.update(logits_grad=…) with the gradient that your code computes at the outputs.";
}
