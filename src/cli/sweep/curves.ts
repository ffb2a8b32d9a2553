import { closeSync, openSync, writeSync } from "node:fs";
import { withRunErrors } from "../../runs/runError.ts";
import { openRun } from "../../runs/runReader.ts";
import { quoted } from "../compare/curvesCsv.ts";
import type { SweepFolder } from "./folder.ts";
import { shortValue, varied } from "./grid.ts";

/**
 * Writes the learning curves of every trial that has a run as one table: a row for each update in which an episode ended,
 * with the trial's setting and seed before it. Throws RunError.
 */
export function writeCurves(folder: SweepFolder, path: string): void {
  const options = varied(folder.grid);
  const file = withRunErrors(path, () => openSync(path, "w"));
  try {
    const head = ["trial", ...options, "seed", "update", "episode", "steps", "return", "average_return_100"];
    withRunErrors(path, () => writeSync(file, `${head.join(",")}\n`));
    for (const { number, words, run } of folder.trials) {
      if ((folder.results.get(number)?.updates ?? 0) === 0) continue;
      const setting = options.map((option) =>
        quoted(shortValue(folder.grid, option, words[option] as string)),
      );
      const before = [number, ...setting, words.seed].join(",");
      withRunErrors(path, () => writeSync(file, rowsOf(run, before)));
    }
  } finally {
    closeSync(file);
  }
}

function rowsOf(run: string, before: string): string {
  const reader = openRun(run);
  try {
    const { update, episode, steps, averageReturn100, ...columns } = reader.summaries(1, reader.updateCount);
    const rows = Array.from(update, (number, place) => {
      if (episode[place] === (place === 0 ? 0 : episode[place - 1])) return "";
      return `${before},${number},${episode[place]},${steps[place]},${columns.return[place]},${averageReturn100[place]}\n`;
    });
    return rows.join("");
  } finally {
    reader.close();
  }
}
