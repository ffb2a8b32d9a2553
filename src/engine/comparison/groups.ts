import type { LaterChange, RunFacts } from "./runFacts.ts";
import { type ComparedSettingName, comparedSettings, settingText } from "./settingNames.ts";

/** Runs that differ in nothing but the seed, in the order of their seeds. */
export interface RunGroup {
  /** Texts of its settings by name, with "loss" and "targets" and the changes that came later. */
  readonly key: string;
  readonly name: string;
  readonly runs: readonly RunFacts[];
}

const names = Object.keys(comparedSettings) as readonly ComparedSettingName[];

/**
 * Groups runs by everything but the seed. The order is that of each group's first run, so groups keep their places while
 * a sweep adds more; it does not depend on the order in which the runs are given.
 */
export function groupRuns(runs: readonly RunFacts[]): readonly RunGroup[] {
  const groups = [...Map.groupBy([...runs].sort(byAge), keyOf)];
  const named = groupNames(groups.map(([, members]) => members[0]!));
  return groups.map(([key, members], place) => ({
    key,
    name: named[place]!,
    runs: members.sort((a, b) => a.view.seed - b.view.seed || byAge(a, b)),
  }));
}

function byAge(a: RunFacts, b: RunFacts): number {
  return compareText(a.created, b.created) || compareText(a.view.path, b.view.path);
}

const compareText = (a: string, b: string) => (a < b ? -1 : Number(a > b));

function keyOf({ settings, changes }: RunFacts): string {
  const { loss, targets } = settings;
  return JSON.stringify([...names.map((name) => settingText(settings[name])), loss, targets, changes]);
}

/** The settings in which runs differ, each with its value in every one of them. */
export function settingDifferences(
  runs: readonly RunFacts[],
): readonly { readonly name: string; readonly values: readonly string[] }[] {
  const settings = varying(runs).map((name) => ({
    name: comparedSettings[name].title,
    values: runs.map(({ settings }) => settingText(settings[name])),
  }));
  const texts = (["loss", "targets"] as const).map((name) => ({
    name,
    values: numbered(runs.map(({ settings }) => settings[name])),
  }));
  const later = { name: "changed later", values: runs.map((run) => changeWords(run) || "no") };
  return [...settings, ...[...texts, later].filter(({ values }) => new Set(values).size > 1)];
}

/** Texts by their place among the different ones, "none" for an empty one. */
function numbered(texts: readonly string[]): readonly string[] {
  const different = [...new Set(texts)].filter((text) => text !== "");
  return texts.map((text) => (text === "" ? "none" : `text ${different.indexOf(text) + 1}`));
}

function varying(runs: readonly RunFacts[]): readonly ComparedSettingName[] {
  return names.filter((name) => new Set(runs.map(({ settings }) => settingText(settings[name]))).size > 1);
}

/**
 * What tells each run from the others. Settings that follow from the algorithm and the environment are not named: only
 * those in which runs of the same two differ.
 */
function groupNames(runs: readonly RunFacts[]): readonly string[] {
  const hasEnvironments = new Set(runs.map(({ settings }) => settings.environment)).size > 1;
  return runs.map((run) => {
    const { environment, algorithm } = run.settings;
    const alike = runs.filter(
      ({ settings }) => settings.environment === environment && settings.algorithm === algorithm,
    );
    const own = varying(alike).map((name) => comparedSettings[name].short(settingText(run.settings[name])));
    const parts = [algorithm, ...own, ...textParts(run, alike)];
    return (hasEnvironments ? [...parts, environment] : parts).join(" · ");
  });
}

/** Of runs with several losses, targets or later changes, which of them a run has, counted from 1. */
function textParts(run: RunFacts, alike: readonly RunFacts[]): readonly string[] {
  const part = (word: string, read: (run: RunFacts) => string) => {
    const texts = [...new Set(alike.map(read))];
    return texts.length > 1 ? [`${word} ${texts.indexOf(read(run)) + 1}`] : [];
  };
  return [
    ...part("loss", ({ settings }) => settings.loss),
    ...part("targets", ({ settings }) => settings.targets),
    ...changeParts(run, alike),
  ];
}

/** "changed at 120", with a number where several runs were changed there in other ways. */
function changeParts(run: RunFacts, alike: readonly RunFacts[]): readonly string[] {
  if (run.changes.length === 0) return [];
  const words = changeWords(run);
  const texts = [
    ...new Set(
      alike.filter((other) => changeWords(other) === words).map(({ changes }) => JSON.stringify(changes)),
    ),
  ];
  return [texts.length > 1 ? `${words} (${texts.indexOf(JSON.stringify(run.changes)) + 1})` : words];
}

function changeWords({ changes }: RunFacts): string {
  return changes.length === 0 ? "" : `changed at ${changes.map(({ update }) => update).join(", ")}`;
}

/** What a later change was, in words: "another loss, learningRate 0.001". */
export function changeText(change: LaterChange, loss: string): string {
  const settings = Object.entries(change.settings)
    .filter(([, value]) => typeof value === "number" || typeof value === "string")
    .map(([name, value]) => `${name} ${value}`);
  return [...(change.loss === loss ? [] : ["another loss"]), ...settings].join(", ");
}
