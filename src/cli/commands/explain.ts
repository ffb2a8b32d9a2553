import type { InspectedLoss, Inspector } from "../../engine/inspection/inspector.ts";
import { crossEntropyView } from "../../engine/inspection/oneOutput.ts";
import { ruleOfLoss } from "../../engine/inspection/ruleOfLoss.ts";
import { UserError } from "../../engine/userError.ts";
import type { Explanation } from "../../loss/explain.ts";
import type { CommandRecord, Parsed } from "../command.ts";
import { printDiagnostics, readLoss } from "../lossArgument.ts";
import { openUpdate } from "../openUpdate.ts";
import { type Console, formatNumber, jsonLine, textTable } from "../output.ts";
import { verdictLines } from "../showUpdate.ts";

type Explained = Extract<Explanation, { ok: true }>;

export const explainCommand: CommandRecord = {
  name: "explain",
  usage: "LOSS|FILE [--run FILE.pgrun [--update K] [--step N]] [--json]",
  summary: "the update rule that descent on a loss performs: as formulas, and as numbers of a batch",
  details: `
Without --run the rule is read off the text. With it the weights c_t are read from the batch too, held against the known
rules, and one step answers whether one output only is trained.`,
  positionals: [1, 1],
  options: {
    run: { value: "FILE", help: "a run whose batch the loss is held against" },
    update: { value: "K", help: "the update's number, from 1 (default: the last)" },
    step: {
      value: "N",
      help: "the step whose outputs are shown, from 0 (default: the one with the largest |c|)",
    },
    json: { help: "one JSON object" },
  },
  async run(parsed, console) {
    const text = readLoss(parsed.positionals[0]) as string;
    const path = parsed.text("run");
    if (path === undefined) return explainText(text, parsed, console);
    const { run, inspector } = await openUpdate(path, parsed.integer("update", 1));
    try {
      return explainOnBatch(text, inspector, parsed, console);
    } finally {
      await run.close();
    }
  },
};

function explainText(text: string, parsed: Parsed, console: Console): 0 | 2 {
  if (parsed.given("update") || parsed.given("step"))
    throw new UserError("usage", "--update and --step need --run FILE.");
  const explanation = ruleOfLoss(text);
  if (!explanation.ok) {
    printDiagnostics(text, explanation.diagnostics, console);
    return 2;
  }
  const { ok: _, ...rest } = explanation;
  console.out(parsed.flag("json") ? jsonLine(rest) : ruleLines(explanation));
  return 0;
}

function explainOnBatch(text: string, inspector: Inspector, parsed: Parsed, console: Console): 0 | 2 {
  const inspection = inspector.inspect(text);
  printDiagnostics(text, inspection.diagnostics, console);
  const explanation = ruleOfLoss(text, inspector.frozen.specification);
  if (!inspection.ok || !explanation.ok) return 2;
  const step = chosenStep(inspection.loss, parsed.integer("step", 0));
  if (parsed.flag("json")) console.out(jsonLine(jsonOf(explanation, inspection.loss, inspector, step)));
  else
    console.out(
      ruleLines(explanation) +
        verdictLines(inspection.loss) +
        numberLines(inspection.loss) +
        stepLines(inspector, inspection.loss, step),
    );
  return 0;
}

/** The rule, and what of it only a batch can tell. */
function ruleLines({ rule, terms, silent, complete }: Explained): string {
  if (terms.length === 0 && silent.length === 0)
    return "No gradient: the loss names no output of the policy.\n";
  const quiet = silent.map(({ head, because }) => `  ∇${head} has the weight 0: ${because} = 0\n`).join("");
  const open = complete ? "" : "  a weight without a formula is read from a batch: give --run FILE\n";
  return `${rule}\n${quiet}${open}`;
}

function chosenStep(loss: InspectedLoss, given: number | undefined): number {
  const { weights } = loss.verdict.fingerprint;
  if (given !== undefined) {
    if (given < weights.length) return given;
    throw new UserError(
      "usage",
      `There is no step ${given}.`,
      `The update has ${weights.length} steps, from 0.`,
    );
  }
  let best = 0;
  for (let t = 1; t < weights.length; t++) if (Math.abs(weights[t]!) > Math.abs(weights[best]!)) best = t;
  return best;
}

function numberLines({ verdict }: InspectedLoss): string {
  const { fingerprint } = verdict;
  const rows = [
    ["c", ...reach(fingerprint.weights)],
    ...(fingerprint.entropyWeights ? [["β", ...reach(fingerprint.entropyWeights)]] : []),
  ];
  const reading =
    fingerprint.reading === "exact"
      ? "c is exact: −∂L/∂ln π"
      : `c is read by projection on π − e_a; ${formatNumber(fingerprint.formResidual)} of the gradient is not of that form`;
  const { condition } = verdict;
  const apart = condition
    ? `\nthe batch tells this rule from ${condition.against}, the nearest, with the condition number ${formatNumber(condition.number)}`
    : "";
  return `${textTable([["", "first", "smallest", "largest"], ...rows])}${reading}${apart}\n`;
}

function reach(values: Float64Array): string[] {
  return [values[0]!, Math.min(...values), Math.max(...values)].map(formatNumber);
}

/** "Do I backpropagate through one output only?", with the numbers of one step. */
function stepLines(inspector: Inspector, loss: InspectedLoss, step: number): string {
  const identity = crossEntropyView(inspector, loss, step);
  const own = loss.evaluation.gradient.logits;
  if (!identity || !own) return "";
  const { batch } = inspector.frozen;
  const { actionCount } = batch;
  const c = loss.verdict.fingerprint.weights[step]!;
  const rows = identity.gradients.map((value, k) => {
    const pi = inspector.heads.probabilities![step * actionCount + k]!;
    const taken = batch.actions[step] === k;
    const formula = taken ? `−c(1−π) = ${formatNumber(-c * (1 - pi))}` : `+c·π = ${formatNumber(c * pi)}`;
    return [
      `${k}${taken ? " (taken)" : ""}`,
      formatNumber(pi),
      formula,
      formatNumber(own[step * actionCount + k]!),
      formatNumber(value),
    ];
  });
  const sum = own
    .subarray(step * actionCount, (step + 1) * actionCount)
    .reduce((total, value) => total + value, 0);
  const header = ["output", "π", "by the rule", "∂L/∂logit", "c·cross-entropy"];
  const other = identity.hasOther ? " (the loss has other terms too)" : "";
  return `\nstep ${step}, c = ${formatNumber(c)}: every output gets a gradient, not the taken one only\n${textTable([header, ...rows])}they sum to ${formatNumber(sum)}; cross-entropy with the action as label differs by at most ${identity.largestDifference.toExponential(1)}${other}\n`;
}

function jsonOf(explanation: Explained, loss: InspectedLoss, inspector: Inspector, step: number) {
  const { ok: _, ...rest } = explanation;
  const { verdict } = loss;
  const { fingerprint } = verdict;
  return {
    ...rest,
    update: inspector.frozen.update,
    verdict: {
      kind: verdict.kind,
      sentence: verdict.sentence,
      rule: verdict.rule,
      candidate: verdict.match?.rule.id ?? null,
      scale: verdict.match?.scale ?? null,
      scale_name: verdict.scale?.id ?? null,
      residual: verdict.match?.residual ?? null,
      condition: verdict.condition ?? null,
      undecided: verdict.undecided,
    },
    reading: fingerprint.reading,
    form_residual: fingerprint.formResidual,
    c: fingerprint.weights,
    beta: fingerprint.entropyWeights ?? null,
    step: { step, outputs: crossEntropyView(inspector, loss, step) },
  };
}
