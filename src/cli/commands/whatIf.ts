import type { InspectedLoss, Inspector } from "../../engine/inspection/inspector.ts";
import { compareGradients } from "../../engine/inspection/layers.ts";
import { UserError } from "../../engine/userError.ts";
import type { CommandRecord } from "../command.ts";
import { layersObject, layersTable } from "../layers.ts";
import { printDiagnostics, readLoss } from "../lossArgument.ts";
import { openUpdate } from "../openUpdate.ts";
import { type Console, jsonLine } from "../output.ts";
import { lossLines, verdictLines } from "../showUpdate.ts";

export const whatIfCommand: CommandRecord = {
  name: "what-if",
  usage: "FILE.pgrun --loss FILE|TEXT [--update K]",
  summary: "an update's frozen batch under another loss: value, gradient by layer, before and after",
  positionals: [1, 1],
  options: {
    update: { value: "K", help: "the update's number, from 1 (default: the last)" },
    loss: { value: "FILE|TEXT", help: "the other loss" },
    json: { help: "one JSON object with every column before and after" },
  },
  async run(parsed, console) {
    const text = readLoss(parsed.text("loss"));
    if (text === undefined) throw new UserError("usage", "what-if needs --loss FILE|TEXT.");
    const { run, inspector } = await openUpdate(parsed.positionals[0] as string, parsed.integer("update", 1));
    try {
      const inspection = inspector.inspect(text);
      printDiagnostics(text, inspection.diagnostics, console);
      if (!inspection.ok) return 2;
      if (parsed.flag("json")) printJson(inspector, inspection.loss, console);
      else printText(inspector, inspection.loss, console);
      return 0;
    } finally {
      await run.close();
    }
  },
};

function compare(inspector: Inspector, edited: InspectedLoss) {
  return compareGradients(
    inspector.backend.parameters,
    inspector.trainer.gradient.gradient,
    edited.gradient.gradient,
  );
}

function printText(inspector: Inspector, edited: InspectedLoss, console: Console): void {
  console.out(`update ${inspector.frozen.update} · ${inspector.frozen.batch.steps} steps\n\ntrainer\n`);
  console.out(lossLines(inspector.trainer) + verdictLines(inspector.trainer));
  console.out("\nedited\n");
  console.out(lossLines(edited) + verdictLines(edited));
  console.out("\n");
  console.out(layersTable(compare(inspector, edited), ["trainer", "edited"]));
}

function printJson(inspector: Inspector, edited: InspectedLoss, console: Console): void {
  const side = (loss: InspectedLoss) => ({
    loss: loss.evaluation.value,
    grad_norm: loss.gradientNorm,
    verdict: { kind: loss.verdict.kind, sentence: loss.verdict.sentence, rule: loss.verdict.rule },
    columns: Object.fromEntries(
      ["weight", "size", "share", ...loss.terms.columns.map(({ column }) => column)].map((name) => [
        name,
        inspector.column(loss, name),
      ]),
    ),
    dlogits: loss.evaluation.gradient.logits,
    dmu: loss.evaluation.gradient.mu,
    dlog_sigma: loss.evaluation.gradient.logSigma,
    dV: loss.evaluation.gradient.values,
  });
  console.out(
    jsonLine({
      update: inspector.frozen.update,
      steps: inspector.frozen.batch.steps,
      before: side(inspector.trainer),
      after: side(edited),
      ...layersObject(compare(inspector, edited)),
    }),
  );
}
