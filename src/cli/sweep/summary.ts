import { spread } from "../../engine/spread.ts";
import type { SpreadView } from "../../protocol/comparisonViews.ts";
import { textTable } from "../output.ts";
import { typedWords } from "./axes.ts";
import type { SweepFolder, Trial, TrialResult } from "./folder.ts";
import { shortValue, varied } from "./grid.ts";

/** What one setting came to over its seeds. */
export interface SettingSummary {
  /** Option and value, of those in which the settings differ. */
  readonly setting: Readonly<Record<string, string>>;
  readonly trials: number;
  readonly done: number;
  readonly failed: number;
  readonly solved: number;
  /** Whether the environment has an average that counts as solved. */
  readonly solvable: boolean;
  readonly last100: SpreadView | null;
  readonly solvedAfter: SpreadView | null;
  readonly seconds: SpreadView | null;
}

/** Groups a sweep's results by setting, in the order of the grid. */
export function summarise({ grid, trials, results }: SweepFolder): readonly SettingSummary[] {
  const several = varied(grid);
  const options = several.length > 0 ? several : Object.keys(grid.values).filter((name) => name !== "seed");
  const groups = Map.groupBy(trials, ({ words }) => JSON.stringify(options.map((option) => words[option])));
  return [...groups.values()].map((group) => {
    const words = group[0]!.words;
    const ended = group.flatMap(({ number }) => results.get(number) ?? []);
    const done = ended.filter(({ state }) => state === "done");
    const figures = (key: "last100" | "solvedAfter" | "seconds") =>
      spread(done.flatMap((result) => result[key] ?? []));
    return {
      setting: Object.fromEntries(
        options.map((option) => [option, shortValue(grid, option, words[option] as string)]),
      ),
      trials: group.length,
      done: done.length,
      failed: ended.length - done.length,
      solved: done.filter(({ solvedAfter }) => solvedAfter !== null).length,
      solvable: done.some(({ solvable }) => solvable),
      last100: figures("last100"),
      solvedAfter: figures("solvedAfter"),
      seconds: figures("seconds"),
    };
  });
}

/** A trial as `pgi sweep --json` prints it. */
export function trialObject({ words, run }: Trial, result: TrialResult) {
  const { last100, solvedAfter, seconds, ...rest } = result;
  return {
    ...rest,
    average_return_100: last100,
    solved_after: solvedAfter,
    seconds,
    settings: typedWords(words),
    run,
  };
}

/** A setting's summary as `pgi sweep --json` prints it. */
export function settingObject({ last100, solvedAfter, seconds, ...rest }: SettingSummary) {
  return { ...rest, average_return_100: last100, solved_after: solvedAfter, seconds };
}

/** The closing table: a row a setting, mean and least–greatest over its seeds. */
export function summaryTable(summaries: readonly SettingSummary[]): string {
  const options = Object.keys(summaries[0]?.setting ?? {});
  const hasFailed = summaries.some(({ failed }) => failed > 0);
  const canBeSolved = summaries.some(({ solvable }) => solvable);
  const solving = canBeSolved ? ["solved", "episodes to solved"] : [];
  const head = [
    ...options,
    "seeds",
    "average of last 100",
    ...solving,
    "seconds",
    ...(hasFailed ? ["failed"] : []),
  ];
  const rows = summaries.map(({ setting, trials, done, failed, ...figures }) => [
    ...options.map((option) => setting[option] ?? ""),
    done === trials ? String(trials) : `${done} of ${trials}`,
    spreadText(figures.last100, 1),
    ...(canBeSolved ? solvingCells({ done, ...figures }) : []),
    spreadText(figures.seconds, 2),
    ...(hasFailed ? [failed === 0 ? "" : String(failed)] : []),
  ]);
  return textTable([head, ...rows], new Set(options.keys()));
}

function solvingCells({
  solvable,
  done,
  solved,
  solvedAfter,
}: Pick<SettingSummary, "solvable" | "done" | "solved" | "solvedAfter">): readonly string[] {
  return solvable ? [`${solved} of ${done}`, spreadText(solvedAfter, 0)] : ["–", "–"];
}

/** "475.3 (312.0 to 500.0)"; "–" for none. */
export function spreadText(value: SpreadView | null, digits: number): string {
  if (value === null) return "–";
  const { mean, least, greatest } = value;
  const range = least === greatest ? "" : ` (${least.toFixed(digits)} to ${greatest.toFixed(digits)})`;
  return `${mean.toFixed(digits)}${range}`;
}

/** "solved after 312 episodes, average of the last 100: 475.3, 1.2 s", or why it failed. */
export function resultText({ state, reason, solvedAfter, episodes, last100, seconds }: TrialResult): string {
  if (state === "failed") return `failed: ${reason}`;
  const ending = solvedAfter === null ? `${episodes} episodes` : `solved after ${solvedAfter} episodes`;
  const average = last100 === null ? "" : `, average of the last 100: ${last100.toFixed(1)}`;
  return `${ending}${average}, ${seconds.toFixed(1)} s`;
}
