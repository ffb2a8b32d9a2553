import { diagnoseLoss } from "../loss/diagnose.ts";
import type { Diagnostic } from "../loss/diagnostic.ts";
import type { CompiledLoss, Evaluation } from "../loss/evaluate.ts";
import { headNames, offeredSymbols } from "../loss/names.ts";
import { logitsGradient } from "../policies/heads.ts";
import { type LossSource, lossInputRows, lossInputs } from "./lossInputs.ts";
import { UserError } from "./userError.ts";

/** Milliseconds that one evaluation of an edited loss may take. */
const evaluationDeadline = 5000;

/** A loss's value on a batch, and what of it reaches the policy. */
export interface BatchEvaluation {
  readonly ok: true;
  readonly compiled: CompiledLoss;
  readonly evaluation: Evaluation;
  readonly value: number;
  /** [T × K], ∂L/∂logits, whole. */
  readonly logitsGradient: Float64Array;
  readonly adjoints: {
    /** [T] each, undefined where the loss does not name the head. */
    readonly log_pi: Float64Array | undefined;
    readonly entropy: Float64Array | undefined;
  };
  /** [T × K], what came through logits or π by name; undefined where the loss names neither. */
  readonly directGradient: Float64Array | undefined;
}

export type ReadLoss =
  | { readonly ok: true; readonly compiled: CompiledLoss; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Reads a loss for a policy with a categorical head and no value head. Gradient is kept for the heads. */
export function readLossText(text: string): ReadLoss {
  const { compiled, diagnostics } = diagnoseLoss(text, offeredSymbols(), { differentiable: headNames() });
  if (!compiled) return { ok: false, diagnostics };
  const missing = missingNames(compiled);
  if (missing.length > 0) return { ok: false, diagnostics: [...diagnostics.filter(isError), ...missing] };
  return { ok: true, compiled, diagnostics };
}

function isError({ severity }: Diagnostic): boolean {
  return severity === "error";
}

/** Names of the language that this engine has no numbers for. */
function missingNames(compiled: CompiledLoss): Diagnostic[] {
  return compiled.graph.leaves.flatMap((leaf) => {
    const name = leaf.source.kind === "leaf" ? leaf.source.name : "";
    if (Object.hasOwn(lossInputRows, name)) return [];
    const available = Object.keys(lossInputRows).join(" ");
    return {
      start: leaf.start,
      end: leaf.end,
      severity: "error" as const,
      code: "not_here",
      message: `this policy has no ${name}: it has a categorical head only`,
      hint: `there are ${available}`,
    };
  });
}

/** A loss to train with. Throws UserError for one with errors, also those that would only mislead training. */
export function compileLossText(text: string): CompiledLoss {
  const read = readLossText(text);
  const error = read.diagnostics.find(isError);
  if (read.ok && !error) return read.compiled;
  const place = error ? ` (line ${text.slice(0, error.start).split("\n").length})` : "";
  const message = (error?.message ?? "it is empty").replace(/\.$/, "");
  throw new UserError("wrong_loss", `The loss cannot be used${place}: ${message}.`, capitalised(error?.hint));
}

function capitalised(text: string | undefined): string | undefined {
  return text && text.charAt(0).toUpperCase() + text.slice(1);
}

/** What the trainer needs of its loss, in arrays that the next call reuses. Throws UserError where it cannot be evaluated. */
export function evaluateForTraining(compiled: CompiledLoss, source: LossSource): BatchEvaluation {
  const evaluation = compiled.evaluate(lossInputs(compiled.leaves, source), { keep: "leaves" });
  if (evaluation.ok) return follow(compiled, evaluation, source);
  throw new UserError("wrong_loss", `The loss cannot be evaluated: ${evaluation.diagnostics[0]?.message}`);
}

/** A loss on a batch with value and adjoint of every node kept. */
export function evaluateToInspect(
  compiled: CompiledLoss,
  source: LossSource,
): BatchEvaluation | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] } {
  const deadline = { at: performance.now() + evaluationDeadline, now: () => performance.now() };
  const evaluation = compiled.evaluate(lossInputs(compiled.leaves, source), { keep: "all", deadline });
  return evaluation.ok ? follow(compiled, evaluation, source) : evaluation;
}

function follow(compiled: CompiledLoss, evaluation: Evaluation, source: LossSource): BatchEvaluation {
  const { batch, heads } = source;
  const logPi = evaluation.adjoint("log_pi");
  const entropy = evaluation.adjoint("entropy");
  const logits = evaluation.adjoint("logits");
  const pi = evaluation.adjoint("pi");
  const direct = { ...(logits && { logits }), ...(pi && { probabilities: pi }) };
  const isDirect = logits !== undefined || pi !== undefined;
  const chain = (adjoints: Parameters<typeof logitsGradient>[3]) =>
    logitsGradient(heads, batch.actions, batch.actionCount, adjoints);
  return {
    ok: true,
    compiled,
    evaluation,
    value: evaluation.value,
    logitsGradient: chain({
      ...direct,
      ...(logPi && { logProbabilities: logPi }),
      ...(entropy && { entropies: entropy }),
    }),
    adjoints: { log_pi: logPi, entropy },
    directGradient: isDirect ? chain(direct) : undefined,
  };
}
