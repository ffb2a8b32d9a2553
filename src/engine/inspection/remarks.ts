import type { Batch } from "../../rl/batch.ts";
import { timeLimitAsEnd } from "../../rl/episodeEnds.ts";
import type { Inspector } from "./inspector.ts";

/** How many numbers a sentence lists. */
const listed = 3;

/** What is unusual about how an update's batch was made, a sentence each; none for most. */
export function batchRemarks(inspector: Inspector): string[] {
  return [...timeLimitRemark(inspector)];
}

/** What a time limit that counts as an end leaves out: γV(s_T), with the numbers where they are known. */
function timeLimitRemark({ frozen, heads }: Inspector): string[] {
  const { batch, gamma } = frozen;
  const rows = [...batch.truncated.keys()].filter((t) => batch.truncated[t] === timeLimitAsEnd);
  if (rows.length === 0 || heads.values === undefined) return [];
  const { finalValues } = heads;
  const missing = finalValues && rows.map((t) => gamma * finalValues[cutsBefore(batch, t)]!);
  const what = rows.length === 1 ? "the step" : `the ${rows.length} steps`;
  const numbers = missing ? `: ${listOf(missing)}` : "";
  return [
    `A time limit counts as an end here: behind ${what} that it cut, V_next is 0, and δ lacks γV(s_T)${numbers}. The episode could have gone on; with bootstrapping V(s_T) stands for the rest.`,
  ];
}

/** How many episodes were cut before row t: the place of its final observation. */
function cutsBefore({ terminated, truncated }: Batch, t: number): number {
  let cuts = 0;
  for (let row = 0; row < t; row++) if (terminated[row] !== 1 && truncated[row] !== 0) cuts++;
  return cuts;
}

function listOf(numbers: readonly number[]): string {
  const shown = numbers.slice(0, listed).map((value) => Number(value.toPrecision(4)));
  return `${shown.join(", ")}${numbers.length > listed ? ", …" : ""}`;
}
