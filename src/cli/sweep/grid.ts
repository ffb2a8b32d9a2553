import { UserError } from "../../engine/userError.ts";
import { axes } from "./axes.ts";

/** Option and value of a trial, as `pgi train` takes them. */
export type TrialWords = Readonly<Record<string, string>>;

/** What a sweep is asked for: lists of values by axis, and what all trials share. */
export interface Grid {
  readonly values: Readonly<Record<string, readonly string[]>>;
  /** Words of `pgi train` that every trial is given: its limit, backend and Python. */
  readonly shared: TrialWords;
}

/** Trials that one sweep may have. */
export const mostTrials = 10_000;

/** Every combination of a grid's values, the seed changing first. Throws UserError where there are too many. */
export function trialsOf({ values }: Grid): readonly TrialWords[] {
  const given = axes.filter(({ option }) => values[option] !== undefined);
  const count = given.reduce(
    (product, { option }) => product * (values[option] as readonly string[]).length,
    1,
  );
  if (count > mostTrials)
    throw new UserError(
      "out_of_range",
      `A sweep has at most ${mostTrials.toLocaleString("en-US")} trials, not ${count.toLocaleString("en-US")}.`,
    );
  let trials: TrialWords[] = [{}];
  for (const { option } of given) {
    const own = values[option] as readonly string[];
    trials = trials.flatMap((trial) => own.map((value) => ({ ...trial, [option]: value })));
  }
  return trials;
}

/** The options in which the trials differ, the seed aside: they name a setting. */
export function varied({ values }: Grid): readonly string[] {
  const several = axes.filter(({ option }) => option !== "seed" && (values[option]?.length ?? 0) > 1);
  return several.map(({ option }) => option);
}

/** A value as a table or a file name shows it; of texts, their place in the list. */
export function shortValue({ values }: Grid, option: string, value: string): string {
  const axis = axes.find((candidate) => candidate.option === option);
  if (axis?.kind === "text") return `${option} ${(values[option]?.indexOf(value) ?? 0) + 1}`;
  return axis?.kind === "layers" ? value.replaceAll(",", "x") : value;
}
