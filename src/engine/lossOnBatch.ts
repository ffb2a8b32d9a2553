import { diagnoseLoss } from "../loss/diagnose.ts";
import type { Diagnostic } from "../loss/diagnostic.ts";
import type { CompiledLoss, Evaluation } from "../loss/evaluate.ts";
import { headNames, offeredSymbols, traceNames } from "../loss/names.ts";
import {
  type HeadAdjoints,
  isOpaque,
  type OutputsGradient,
  opaqueGradient,
  outputsGradient,
} from "../policies/heads.ts";
import type { PolicySpecification } from "../policies/policy.ts";
import { type LossSource, lossInputs, namesFor } from "./lossInputs.ts";
import { UserError } from "./userError.ts";

/** Milliseconds that one evaluation of an edited loss may take. */
const evaluationDeadline = 5000;

/** A loss's value on a batch, and what of it reaches the policy. */
export interface BatchEvaluation {
  readonly ok: true;
  readonly compiled: CompiledLoss;
  readonly evaluation: Evaluation;
  readonly value: number;
  /** The whole ∂L/∂outputs, and by head. */
  readonly gradient: OutputsGradient;
  readonly adjoints: {
    /** [T] each, undefined where the loss does not name the head. */
    readonly log_pi: Float64Array | undefined;
    readonly entropy: Float64Array | undefined;
    readonly V: Float64Array | undefined;
    readonly V_next: Float64Array | undefined;
  };
  /** ∂L/∂ of every head that the loss names. */
  readonly heads: HeadAdjoints;
  /** What of it came through logits, π, μ or σ by name; undefined where the loss names none of them. */
  readonly direct: OutputsGradient | undefined;
}

/** A batch with its heads, and the policy that they belong to. */
export interface PolicySource extends LossSource {
  readonly specification: PolicySpecification;
}

export type ReadLoss =
  | { readonly ok: true; readonly compiled: CompiledLoss; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** The names that there are numbers for, and why there are none for another. */
export interface HeldNames {
  readonly names: readonly string[];
  readonly why: (name: string) => string;
}

/** Reads a loss for a policy; for any where it is not known yet. Gradient is kept for the heads. */
export function readLossText(
  text: string,
  specification?: PolicySpecification,
  inParts = false,
  held: HeldNames = namesOfPolicy(specification, inParts),
): ReadLoss {
  const symbols = offeredSymbols(specification?.gaussian === undefined ? "discrete" : "continuous");
  const { compiled, diagnostics } = diagnoseLoss(text, symbols, { differentiable: headNames() });
  if (!compiled) return { ok: false, diagnostics };
  const missing = [...missingNames(compiled, held), ...(inParts ? acrossSteps(compiled) : [])];
  if (missing.length > 0) return { ok: false, diagnostics: [...diagnostics.filter(isError), ...missing] };
  return { ok: true, compiled, diagnostics };
}

function isError({ severity }: Diagnostic): boolean {
  return severity === "error";
}

function namesOfPolicy(specification: PolicySpecification | undefined, inParts: boolean): HeldNames {
  return {
    names: namesFor(specification, inParts),
    why: (name) => missingWords(name, specification, inParts),
  };
}

/** Names of the language that there are no numbers for. */
function missingNames(compiled: CompiledLoss, { names, why }: HeldNames): Diagnostic[] {
  return compiled.graph.leaves.flatMap((leaf) => {
    const name = leaf.source.kind === "leaf" ? leaf.source.name : "";
    if (names.includes(name)) return [];
    return {
      start: leaf.start,
      end: leaf.end,
      severity: "error" as const,
      code: "not_here",
      message: why(name),
      hint: `there are ${names.join(" ")}`,
    };
  });
}

/** Operators that read the row after a row as the step after it. */
const sequences: ReadonlySet<string> = new Set(["discounted_returns", "n_step", "gae", "td_error"]);

/** Uses of operators along the steps in a loss on parts of a batch, whose steps do not follow each other. */
function acrossSteps(compiled: CompiledLoss): Diagnostic[] {
  return compiled.graph.nodes.flatMap(({ source, start, end }) => {
    if (source.kind !== "operator" || !sequences.has(source.row.name)) return [];
    return {
      start,
      end,
      severity: "error" as const,
      code: "not_here",
      message: `the steps of a minibatch do not follow each other: ${source.row.name} has no meaning here`,
      hint: "read G_recorded or adv, which the targets compute from the whole batch",
    };
  });
}

function missingWords(
  name: string,
  specification: PolicySpecification | undefined,
  inParts: boolean,
): string {
  if (name === "adv") return "no advantages are recorded before this update: the run has no targets";
  if (inParts && (name === "V_next" || traceNames.includes(name)))
    return `the steps of a minibatch do not follow each other, so that they have no ${name}`;
  return `this policy has no ${name}: ${policyWords(specification)}`;
}

function policyWords(specification: PolicySpecification | undefined): string {
  const action = specification?.gaussian === undefined ? "categorical" : "Gaussian";
  return specification?.value === undefined
    ? `it has a ${action} head only`
    : `it has a ${action} and a value head`;
}

/** A loss to train with. Throws UserError for one with errors, also those that would only mislead training. */
export function compileLossText(
  text: string,
  specification: PolicySpecification,
  inParts = false,
): CompiledLoss {
  const read = readLossText(text, specification, inParts);
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
export function evaluateForTraining(compiled: CompiledLoss, source: PolicySource): BatchEvaluation {
  const evaluation = compiled.evaluate(lossInputs(compiled.leaves, source), { keep: "leaves" });
  if (evaluation.ok) return follow(compiled, evaluation, source);
  throw new UserError("wrong_loss", `The loss cannot be evaluated: ${evaluation.diagnostics[0]?.message}`);
}

/** A loss on a batch with value and adjoint of every node kept. */
export function evaluateToInspect(
  compiled: CompiledLoss,
  source: PolicySource,
): BatchEvaluation | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] } {
  const deadline = { at: performance.now() + evaluationDeadline, now: () => performance.now() };
  const evaluation = compiled.evaluate(lossInputs(compiled.leaves, source), { keep: "all", deadline });
  return evaluation.ok ? follow(compiled, evaluation, source) : evaluation;
}

function follow(compiled: CompiledLoss, evaluation: Evaluation, source: PolicySource): BatchEvaluation {
  const { batch, heads, specification } = source;
  const adjoints = headAdjoints(evaluation);
  const { logProbabilities, entropies, values, nextValues, traces: _, ...direct } = adjoints;
  const steps = { steps: batch.steps, actions: batch.actions, ends: batch };
  const chain = (adjoints: HeadAdjoints) =>
    isOpaque(heads)
      ? opaqueGradient(adjoints, steps)
      : outputsGradient(specification, heads, steps, adjoints);
  return {
    ok: true,
    compiled,
    evaluation,
    value: evaluation.value,
    gradient: chain(adjoints),
    heads: adjoints,
    adjoints: {
      log_pi: logProbabilities,
      entropy: entropies,
      V: values,
      V_next: nextValues,
    },
    direct: Object.keys(direct).length > 0 ? chain(direct) : undefined,
  };
}

/** The loss language's name of every head. */
const headNamesInLoss = {
  logProbabilities: "log_pi",
  entropies: "entropy",
  logits: "logits",
  probabilities: "pi",
  mu: "mu",
  sigma: "sigma",
  values: "V",
  nextValues: "V_next",
} as const satisfies { readonly [Head in keyof Omit<HeadAdjoints, "traces">]: string };

const headsInLoss = Object.keys(headNamesInLoss) as (keyof typeof headNamesInLoss)[];

/** The adjoints of the heads that a loss names. */
export function headAdjoints(evaluation: Pick<Evaluation, "adjoint">): HeadAdjoints {
  const adjoints: { -readonly [Head in keyof Omit<HeadAdjoints, "traces">]: Float64Array } = {};
  for (const head of headsInLoss) {
    const adjoint = evaluation.adjoint(headNamesInLoss[head]);
    if (adjoint !== undefined) adjoints[head] = adjoint;
  }
  const traces = traceNames.flatMap((name) => {
    const adjoint = evaluation.adjoint(name);
    return adjoint ? [[name, adjoint.reduce((sum, weight) => sum + weight, 0)] as const] : [];
  });
  return traces.length === 0 ? adjoints : { ...adjoints, traces: Object.fromEntries(traces) };
}
