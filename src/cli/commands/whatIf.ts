import type { InspectedLoss, Inspector } from "../../engine/inspection/inspector.ts";
import { compareGradients } from "../../engine/inspection/layers.ts";
import { UserError } from "../../engine/userError.ts";
import type { LayerComparison } from "../../protocol/views.ts";
import type { CommandRecord } from "../command.ts";
import { printDiagnostics, readLoss } from "../lossArgument.ts";
import { openUpdate } from "../openUpdate.ts";
import { type Console, formatNumber, jsonLine, textTable } from "../output.ts";
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
  const { layers, total } = compare(inspector, edited);
  const row = (name: string, shape: string, layer: Omit<LayerComparison, "name" | "shape">) => [
    name,
    shape,
    formatNumber(layer.before),
    formatNumber(layer.after),
    `${formatNumber(layer.ratio)}×`,
    layer.cosine.toFixed(6),
  ];
  console.out(`update ${inspector.frozen.update} · ${inspector.frozen.batch.steps} steps\n\ntrainer\n`);
  console.out(lossLines(inspector.trainer) + verdictLines(inspector.trainer));
  console.out("\nedited\n");
  console.out(lossLines(edited) + verdictLines(edited));
  console.out("\n");
  const body = layers.map((layer) => row(layer.name, layer.shape.join("×"), layer));
  console.out(
    textTable(
      [["layer", "shape", "‖g‖ trainer", "‖g‖ edited", "ratio", "cosine"], ...body, row("all", "", total)],
      new Set([0]),
    ),
  );
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
  const { layers, total } = compare(inspector, edited);
  const plain = ({ before, after, ratio, cosine }: Omit<LayerComparison, "name" | "shape">) => ({
    before,
    after,
    ratio,
    cosine,
  });
  console.out(
    jsonLine({
      update: inspector.frozen.update,
      steps: inspector.frozen.batch.steps,
      before: side(inspector.trainer),
      after: side(edited),
      layers: layers.map((layer) => ({ name: layer.name, shape: layer.shape, ...plain(layer) })),
      total: plain(total),
    }),
  );
}
