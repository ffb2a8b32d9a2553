import type { PolicyOutputs, Trajectories } from "../../../diagnosis/trace/evidence.ts";
import { embedded, pythonNumber } from "../embed.ts";
import type { ScriptTarget } from "../facts.ts";
import { numpyBackward, numpyDialect } from "./numpyLines.ts";
import { type Dialect, pytorchBackward, pytorchDialect } from "./pytorchLines.ts";
import type { TraceFacts } from "./traceFacts.ts";
import { normalisedHelper } from "./weightLines.ts";

/** What a script says of where its numbers are from. */
export interface TraceTitle {
  readonly title: string;
  /** Further lines: the loss text in force, the line of the script that recorded it. */
  readonly notes: readonly string[];
}

/**
 * A Python script that needs PyTorch or NumPy alone: it makes the loss of a recorded update and its gradients again, from
 * the steps and by the rule that its weights were found to follow, and prints them beside the recorded numbers.
 */
export function traceScript(facts: TraceFacts, target: ScriptTarget, about: TraceTitle): string {
  const dialect = target === "pytorch" ? pytorchDialect : numpyDialect;
  const backward = target === "pytorch" ? pytorchBackward(facts) : numpyBackward(facts);
  return `"""${docstring(facts, about, dialect)}"""

${dialect.imports.join("\n")}


${dialect.numbers}


${[...ruleFunctions(facts), dialect.beside].join("\n\n\n")}


# What the trace holds of the steps.
${stepLines(facts).join("\n")}

# What it holds of the update.
${recordedLines(facts).join("\n")}

# From the outputs to the loss.
${headLines(facts, dialect).join("\n")}
${lossLines(facts, dialect).join("\n")}

${backward.join("\n")}

print(f"{'':>16}  here, recorded, relative difference")
${comparisons(facts, dialect).join("\n")}
sys.exit(0 if worst[0] <= ${pythonNumber(30 * facts.tolerance)} else 1)
`;
}

function docstring(facts: TraceFacts, { title, notes }: TraceTitle, { library }: Dialect): string {
  const absent =
    facts.absent.length === 0
      ? []
      : ["", `Not compared, for want of it in the trace: ${facts.absent.join("; ")}.`];
  const critic = facts.valueTerm
    ? [
        `The critic's part follows ${pythonNumber(facts.valueTerm.factor)}·½Σ(V − target)² with the target ${facts.valueTerm.words}.`,
      ]
    : [];
  const left = facts.formResidual.toPrecision(2);
  const form =
    facts.formResidual === 0
      ? []
      : [`The recorded ∂L/∂outputs are those of no such loss: ${left} of them is left over.`];
  const lines = [
    title,
    "",
    `The weights follow ${facts.words}.`,
    ...critic,
    ...form,
    ...notes,
    ...absent,
    "",
    `Run it with ${library}: it makes loss and gradients again and prints them beside the recorded ones. Exit 0 where they agree.`,
  ];
  return `${lines.join("\n").replaceAll("\\", "\\\\").replaceAll('"""', "'''")}\n`;
}

function ruleFunctions({ rule, words }: TraceFacts): string[] {
  if (!rule) return [];
  const helper = rule.some((line) => line.includes("normalised(")) ? [normalisedHelper] : [];
  const body = rule.map((line) => `    ${line}`).join("\n");
  return [
    ...helper,
    `def weights():\n    """w [T] of ${words.split(",")[0]}, by plain loops."""\n${body}\n    return w`,
  ];
}

function stepLines({ update, rule, weights, kappa }: TraceFacts): string[] {
  const { context, places, steps, gamma } = update;
  const column = (name: string, values: ArrayLike<number>) =>
    `${embedded(name, values, [values.length])}.tolist()`;
  const known = [
    `T, N, gamma, kappa = ${steps}, ${context.steps}, ${pythonNumber(gamma)}, ${pythonNumber(kappa)}`,
  ];
  if (!rule) return [...known, embedded("w", weights, [steps])];
  return [
    ...known,
    ...contextColumns(context).map(([name, values]) => column(name, values)),
    `rows = ${isIdentity(places) ? "list(range(T))" : `[int(row) for row in ${column("rows", places).slice("rows = ".length)}]`}`,
  ];
}

function contextColumns(context: Trajectories): (readonly [string, ArrayLike<number>])[] {
  const { rewards, time, last, terminated, truncated, finalValues, values } = context;
  return [
    ["rewards", rewards],
    ["time", time],
    ["ends", last],
    ["terminated", terminated],
    ["truncated", truncated],
    ["following", finalValues.map((value) => (Number.isNaN(value) ? 0 : value))],
    ...(values ? [["values", values] as const] : []),
  ];
}

function isIdentity(places: Int32Array): boolean {
  return places.every((place, t) => place === t);
}

function outputColumns(outputs: NonNullable<PolicyOutputs>, steps: number): string[] {
  if (outputs.kind === "categorical") {
    return [
      embedded("logits", outputs.logits, [steps, outputs.actionCount]),
      `a = [int(action) for action in ${embedded("a", outputs.actions, [steps]).slice("a = ".length)}.tolist()]`,
    ];
  }
  const shape = [steps, outputs.dimensions];
  return [
    embedded("mu", outputs.mu, shape),
    embedded("log_sigma", outputs.logSigma, shape),
    embedded("a", outputs.actions, shape),
  ];
}

function recordedLines({
  update,
  outputs,
  entropyCoef,
  valueTerm,
  valueLoss,
  trustsEntropies,
  spec,
}: TraceFacts): string[] {
  const { steps, logProbs, sampledLogProbs, entropies, values, loss, coef, valueGrad } = update;
  const column = (name: string, data: ArrayLike<number> | undefined) =>
    data ? [embedded(name, data, [steps])] : [];
  const needsEntropies = entropyCoef !== undefined && !trustsEntropies;
  return [
    ...(outputs ? outputColumns(outputs, steps) : column("log_pi", logProbs)),
    ...(outputs ? column("recorded_log_pi", logProbs) : []),
    ...(isRatio(spec) ? column("log_pi_old", sampledLogProbs) : []),
    ...(needsEntropies ? column("entropy", entropies) : []),
    ...column("entropy_coef", entropyCoef),
    ...(valueTerm ? [...column("V", values), ...column("target", valueTerm.target)] : []),
    ...(loss === undefined ? [] : [`recorded_loss = ${pythonNumber(loss)}`]),
    ...(valueLoss === undefined
      ? []
      : [`value_loss = ${pythonNumber(valueLoss)}  # as recorded: its form is not known`]),
    ...column("recorded_coef", coef),
    ...gradientColumns(update, outputs),
    ...(valueTerm ? column("recorded_value_grad", valueGrad) : []),
  ];
}

function gradientColumns(update: TraceFacts["update"], outputs: TraceFacts["outputs"]): string[] {
  const { steps, logitsGrad, muGrad, logSigmaGrad } = update;
  if (!outputs) return [];
  const width = outputs.kind === "categorical" ? outputs.actionCount : outputs.dimensions;
  const whole = (name: string, data: Float64Array | undefined) =>
    data?.length === steps * width ? [embedded(name, data, [steps, width])] : [];
  if (outputs.kind === "categorical") return whole("recorded_logits_grad", logitsGrad);
  return [...whole("recorded_mu_grad", muGrad), ...whole("recorded_log_sigma_grad", logSigmaGrad)];
}

function headLines(facts: TraceFacts, dialect: Dialect): readonly string[] {
  const { outputs, entropyCoef, trustsEntropies } = facts;
  if (!outputs) return dialect.leaves(["log_pi", ...(entropyCoef ? ["entropy"] : [])]);
  const lines = outputs.kind === "categorical" ? dialect.categorical : dialect.gaussian;
  const entropy = lines.entropy.filter(() => entropyCoef !== undefined && trustsEntropies);
  const leaf = entropyCoef && !trustsEntropies ? dialect.leaves(["entropy"]) : [];
  return [...lines.logProb, ...entropy, ...leaf];
}

/** Whether the policy term is of a ratio to the policy that acted. */
export function isRatio(spec: TraceFacts["spec"]): boolean {
  return (
    spec !== undefined && spec.factor !== "one" && spec.factor !== "probability" && spec.factor !== "unmoved"
  );
}

/** The rest of the way in both libraries; `stack` makes a vector of them from a list. */
function lossLines(facts: TraceFacts, { stack, leaves, exp, clip, least, most, held }: Dialect): string[] {
  const { rule, spec, multipliers, entropyCoef, valueTerm, valueLoss, update } = facts;
  const epsilon = pythonNumber(update.clipEpsilon ?? 0.2);
  const clipped = clip("ratio", `1.0 - ${epsilon}`, `1.0 + ${epsilon}`);
  const ratio = `ratio = ${exp("log_pi - log_pi_old")}`;
  const surrogates: Readonly<Record<string, readonly string[]>> = {
    one: ["policy_loss = -(w * log_pi).sum()"],
    probability: [`policy_loss = -(w * ${exp("log_pi")}).sum()`],
    unmoved: [`policy_loss = -(w * ${exp(`log_pi - ${held("log_pi")}`)}).sum()`],
    ratio: [ratio, "policy_loss = -(w * ratio).sum()"],
    invertedRatio: [
      `ratio = ${exp("log_pi_old - log_pi")}`,
      `policy_loss = -${least("w * ratio", `w * ${clipped}`)}.sum()`,
    ],
    clippedRatio: [ratio, `policy_loss = -${least("w * ratio", `w * ${clipped}`)}.sum()`],
    wrongClip: [ratio, `policy_loss = -(w * ${clipped}).sum()`],
    reversedClip: [ratio, `policy_loss = -${most("w * ratio", `w * ${clipped}`)}.sum()`],
  };
  const parts = ["policy_loss"];
  const lines = [
    ...(valueTerm ? leaves(["V"]) : []),
    ...weightOf(rule !== undefined, multipliers, stack, update.steps),
    ...surrogates[spec?.factor ?? "one"]!,
  ];
  if (entropyCoef) {
    lines.push("entropy_loss = (entropy_coef * entropy).sum()");
    parts.push("entropy_loss");
  }
  if (valueTerm) {
    const factor = pythonNumber(valueTerm.factor);
    const error = held("(V - target)");
    lines.push(
      valueTerm.form === "squares"
        ? `value_loss = ${factor} * 0.5 * ((V - target) ** 2).sum()`
        : `value_loss = ${factor} * (${error} * V).sum()`,
    );
  }
  if (valueTerm || valueLoss !== undefined) parts.push("value_loss");
  return [...lines, `loss = ${parts.join(" + ")}`];
}

function weightOf(
  hasRule: boolean,
  multipliers: Float64Array | undefined,
  stack: (list: string) => string,
  steps: number,
): string[] {
  const own = [`w = kappa * ${hasRule ? stack("weights()") : "w"}`];
  if (!multipliers) return own;
  return [
    ...own,
    embedded("multipliers", multipliers, [steps]),
    "# The advantage carries gradient into V: the same numbers, but V is not held.",
    "w = w - multipliers * (V - V_held)",
  ];
}

function comparisons({ update, outputs, valueTerm, knowsLoss }: TraceFacts, { held }: Dialect): string[] {
  const { loss, coef, logProbs } = update;
  const gradients = gradientColumns(update, outputs).map((line) => /^recorded_(\w+)_grad/.exec(line)![1]!);
  return [
    ...(outputs && logProbs ? ['beside("log_pi", log_pi, recorded_log_pi)'] : []),
    // Terms that all but cancel leave a loss that is rounding: it is held against their size.
    ...(loss === undefined || !knowsLoss
      ? []
      : [`beside("loss", loss, recorded_loss, float(abs(${held("(w * log_pi)")}).sum()))`]),
    ...(coef ? ['beside("dL/dlog_pi", d_log_pi, recorded_coef)'] : []),
    ...gradients.map((name) => `beside("dL/d${name}", d_${name}, recorded_${name}_grad)`),
    ...(valueTerm ? ['beside("dL/dV", d_V, recorded_value_grad)'] : []),
  ];
}
