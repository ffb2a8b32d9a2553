import { sparkline } from "../../loss/statistics.ts";
import { axisTitles } from "../../protocol/comparisonTitles.ts";
import type {
  ComparisonGroupView,
  DiffLineView,
  RunsComparisonView,
} from "../../protocol/comparisonViews.ts";
import { letterOf } from "../../protocol/letters.ts";
import { counted, textTable } from "../output.ts";
import { spreadText } from "../sweep/summary.ts";

/** The comparison as text: a table of the groups, the settings that differ, and how the losses differ. */
export function comparisonReport(view: RunsComparisonView): string {
  const { groups, settings, environments } = view;
  const runs = groups.reduce((sum, group) => sum + group.runs.length, 0);
  const parts = [
    `${counted(groups.length, "group")} of ${counted(runs, "run")}\n`,
    groupTable(view),
    ...(environments.length > 1
      ? [`Returns of ${environments.length} environments are not of one kind: compare within each.\n`]
      : []),
    ...(settings.length > 0 ? [settingTable(view)] : []),
    ...groups.flatMap((_, place) => lossDifference(view, place)),
  ];
  return parts.join("\n");
}

function groupTable({ groups, axis }: RunsComparisonView): string {
  const head = [
    "",
    "group",
    "runs",
    "average of last 100",
    "solved",
    "episodes to solved",
    "steps to solved",
  ];
  const rows = groups.map((group, place) => [
    letterOf(place),
    group.name,
    runsText(group),
    spreadText(group.lastAverage, 1),
    group.solvable ? `${group.solved} of ${group.runs.length}` : "–",
    spreadText(group.episodesToSolved, 0),
    spreadText(group.stepsToSolved, 0),
    sparkline(group.curve.mean),
  ]);
  return textTable([[...head, `over ${axisTitles[axis]}`], ...rows], new Set([0, 1, 7]));
}

/** "3", or "3, 1 being written". */
function runsText({ runs }: ComparisonGroupView): string {
  const writing = runs.filter(({ state }) => state === "writing").length;
  return writing === 0 ? String(runs.length) : `${runs.length}, ${writing} being written`;
}

function settingTable({ groups, settings }: RunsComparisonView): string {
  const head = ["setting", ...groups.map((_, place) => letterOf(place))];
  return textTable([head, ...settings.map(({ name, values }) => [name, ...values])], new Set([0]));
}

function lossDifference({ groups, lossDifferences }: RunsComparisonView, place: number): readonly string[] {
  const lines = lossDifferences[place];
  const same = groups.findIndex(({ loss }) => loss === groups[place]?.loss);
  if (!lines || same < place) return [];
  return [`loss of ${letterOf(place)} against ${letterOf(0)}\n${diffText(lines)}`];
}

const signs = { same: " ", removed: "-", added: "+" } as const;

/** A difference with a sign before every line. */
export function diffText(lines: readonly DiffLineView[]): string {
  return lines.map(({ kind, text }) => `${`${signs[kind]} ${text}`.trimEnd()}\n`).join("");
}
