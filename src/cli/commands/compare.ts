import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { ComparisonBook } from "../../engine/comparison/comparisonBook.ts";
import { PairBook } from "../../engine/comparison/pairBook.ts";
import { UserError } from "../../engine/userError.ts";
import {
  type ComparisonGroupView,
  comparisonAxes,
  comparisonMetrics,
  type RunsComparisonView,
} from "../../protocol/comparisonViews.ts";
import { withRunErrors } from "../../runs/runError.ts";
import type { CommandRecord, Parsed } from "../command.ts";
import { comparisonObject, metricNames } from "../compare/comparisonObject.ts";
import { curvesCsv } from "../compare/curvesCsv.ts";
import { comparisonFigure } from "../compare/figure.ts";
import { pairJson, pairReport } from "../compare/pairReport.ts";
import { comparisonReport } from "../compare/report.ts";
import { printDiagnostics, readLoss } from "../lossArgument.ts";
import { type Console, type ExitCode, jsonLine } from "../output.ts";

const usualSteps = 10;
const metricWords = comparisonMetrics.map((metric) => metricNames[metric].word);

export const compareCommand: CommandRecord = {
  name: "compare",
  usage: "RUN|FOLDER… [--axis steps|episodes|updates] [--svg FILE] [--update K]",
  summary: "runs side by side: curves over the seeds, what differs, one batch under two losses",
  details: `
Runs that differ in nothing but the seed are a group. Its curve is the mean of its runs with least and greatest; between
two of its updates a run stands at the one before, and none counts beyond its end. A FOLDER is one of runs or of a sweep.
With --update the losses of the first two groups that have different ones are held against the same frozen batch.`,
  positionals: [1, 1000],
  options: {
    axis: { value: "NAME", help: "what learning is counted in: steps (default), episodes, updates" },
    metric: { value: "NAME", help: `the curves' quantity: ${metricWords.join(", ")}` },
    environment: { value: "ID", help: "the environment that --svg draws, where runs have several" },
    svg: { value: "FILE", help: "write the curves as a figure" },
    csv: { value: "FILE", help: "write the curves as CSV" },
    update: { value: "K", help: "hold two losses against the batch of this update" },
    of: { value: "RUN", help: "the run whose update it is (default: one of either group that both fit)" },
    loss: { value: "FILE|TEXT", help: "the second loss, instead of another group's" },
    limit: { value: "N", help: `steps shown of such a pair (default ${usualSteps})` },
    json: { help: "one JSON object with everything" },
  },
  async run(parsed, console) {
    const view = await readComparison(parsed, console);
    if (parsed.given("update")) return comparePair(parsed, view, console);
    const { svg, csv } = { svg: parsed.text("svg"), csv: parsed.text("csv") };
    if (svg !== undefined) write(svg, comparisonFigure(view, chosenEnvironment(parsed, view)));
    if (csv !== undefined) write(csv, curvesCsv(view));
    console.out(parsed.flag("json") ? jsonLine(comparisonObject(view)) : comparisonReport(view));
    return view.broken.length === 0 ? 0 : 1;
  },
};

/** Reads the runs; says which cannot be read. Throws UserError where none can. */
async function readComparison(parsed: Parsed, console: Console): Promise<RunsComparisonView> {
  const axis = choice(parsed, "axis", comparisonAxes);
  const word = choice(parsed, "metric", metricWords);
  const metric = comparisonMetrics[metricWords.indexOf(word)]!;
  const view = await new ComparisonBook().view({ paths: parsed.positionals, axis, metric });
  for (const { error } of view.broken) console.error(`${error}\n`);
  if (view.left > 0)
    console.error(`${view.left} more runs are left out: they are too many for one comparison.\n`);
  if (view.groups.length > 0) return view;
  throw new UserError("no_runs", "There is no run to compare.", '"pgi sweep" makes a folder of them.');
}

function choice<const Names extends readonly string[]>(
  parsed: Parsed,
  option: string,
  names: Names,
): Names[number] {
  const given = parsed.text(option) ?? names[0]!;
  if (names.includes(given)) return given;
  throw new UserError("usage", `--${option} takes ${names.join(", ")}, not "${given}".`);
}

function chosenEnvironment(parsed: Parsed, { environments }: RunsComparisonView): string {
  const given = parsed.text("environment");
  if (given !== undefined && environments.includes(given)) return given;
  if (given === undefined && environments.length === 1) return environments[0]!;
  throw new UserError(
    "usage",
    given === undefined ? "These runs have several environments." : `No run has the environment "${given}".`,
    `Name one with --environment: ${environments.join(", ")}.`,
  );
}

function write(path: string, text: string): void {
  withRunErrors(path, () => writeFileSync(path, text));
}

async function comparePair(parsed: Parsed, view: RunsComparisonView, console: Console): Promise<ExitCode> {
  const [first, second] = twoLosses(view, readLoss(parsed.text("loss")));
  const given = parsed.text("of");
  const paths =
    given === undefined ? [first, second].flatMap(({ runs }) => runs?.[0]?.path ?? []) : [resolve(given)];
  const texts = { update: parsed.integer("update", 1)!, a: first.loss, b: second.loss };
  const { path, pair } = await openPair(paths, texts);
  const { a, b } = pair;
  printDiagnostics(texts.a, a.diagnostics, console);
  printDiagnostics(texts.b, b.diagnostics, console);
  if (!a.ok || !b.ok) return 2;
  const names = { run: path, a: first.name, b: second.name };
  const limit = parsed.integer("limit", 1) ?? usualSteps;
  const write = parsed.flag("json") ? pairJson : pairReport;
  console.out(write(pair, a.loss, b.loss, names, limit));
  return 0;
}

/** The pair on the batch of the first run where both losses can be evaluated, else on that of the last. */
async function openPair(paths: readonly string[], texts: { update: number; a: string; b: string }) {
  const book = new PairBook();
  for (const path of paths.slice(0, -1)) {
    const pair = await book.pair({ path, ...texts });
    if (pair.a.ok && pair.b.ok) return { path, pair };
  }
  const path = paths.at(-1)!;
  return { path, pair: await book.pair({ path, ...texts }) };
}

type NamedLoss = Pick<ComparisonGroupView, "name" | "loss"> & Partial<Pick<ComparisonGroupView, "runs">>;

/** The first group's loss and the given one, or that of the first group with another loss. */
function twoLosses(
  { groups }: RunsComparisonView,
  given: string | undefined,
): readonly [ComparisonGroupView, NamedLoss] {
  const first = groups[0]!;
  if (given !== undefined) return [first, { name: "the loss of --loss", loss: given }];
  const second = groups.find(({ loss }) => loss !== first.loss);
  if (second) return [first, second];
  throw new UserError("usage", "All these runs have the same loss.", "Name another with --loss FILE|TEXT.");
}
