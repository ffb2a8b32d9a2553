import type {
  ComparedRunView,
  ComparisonGroupView,
  ComparisonMetric,
  RunsComparisonView,
} from "../../protocol/comparisonViews.ts";

/** What a quantity is called on the command line, and as a column. */
export const metricNames: Readonly<
  Record<ComparisonMetric, { readonly word: string; readonly column: string }>
> = {
  averageReturn: { word: "average-return", column: "average_return_100" },
  return: { word: "return", column: "return" },
  loss: { word: "loss", column: "loss" },
  gradientNorm: { word: "gradient-norm", column: "grad_norm" },
  entropy: { word: "entropy", column: "entropy" },
};

/** A comparison as `pgi compare --json` prints it. */
export function comparisonObject({
  metric,
  groups,
  lossDifferences,
  broken,
  toCome,
  isLive,
  ...view
}: RunsComparisonView) {
  return {
    ...view,
    metric: metricNames[metric].column,
    groups: groups.map((group, place) => ({
      ...groupObject(group),
      loss_difference: lossDifferences[place] ?? null,
    })),
    broken,
    to_come: toCome,
    live: isLive,
  };
}

function groupObject({
  id: _,
  runs,
  lastAverage,
  stepsToSolved,
  episodesToSolved,
  ...group
}: ComparisonGroupView) {
  return {
    ...group,
    runs: runs.map(runObject),
    average_return_100: lastAverage,
    solved_after: episodesToSolved,
    steps_to_solved: stepsToSolved,
  };
}

function runObject({ lastAverage, solved, ...run }: ComparedRunView) {
  return {
    ...run,
    average_return_100: lastAverage,
    solved_after: solved?.episodes ?? null,
    steps_to_solved: solved?.steps ?? null,
  };
}
