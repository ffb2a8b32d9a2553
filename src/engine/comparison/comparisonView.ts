import { createHash } from "node:crypto";
import type {
  ComparisonGroupView,
  ComparisonRequest,
  RunsComparisonView,
} from "../../protocol/comparisonViews.ts";
import { spread } from "../spread.ts";
import { bandOf, commonGrid } from "./band.ts";
import { changeText, groupRuns, type RunGroup, settingDifferences } from "./groups.ts";
import { lineDiff } from "./lineDiff.ts";
import type { TracedRun } from "./runFacts.ts";

/** Runs grouped, with their curves, figures and differences. Runs of different environments share no group and no grid. */
export function comparisonView(
  runs: readonly TracedRun[],
  { axis, metric }: Pick<ComparisonRequest, "axis" | "metric">,
): Pick<RunsComparisonView, "axis" | "metric" | "groups" | "settings" | "lossDifferences" | "environments"> {
  const groups = groupRuns(runs.map(({ facts }) => facts));
  const grids = gridsByEnvironment(runs);
  const views = groups.map((group) => groupView(group, runs, grids));
  const [first] = views;
  return {
    axis,
    metric,
    groups: views,
    settings: settingDifferences(groups.map(({ runs: members }) => members[0]!)),
    lossDifferences: views.map(({ loss }) => (loss === first!.loss ? null : lineDiff(first!.loss, loss))),
    environments: [...grids.keys()],
  };
}

function gridsByEnvironment(runs: readonly TracedRun[]): ReadonlyMap<string, Float64Array> {
  const byEnvironment = Map.groupBy(runs, ({ facts }) => facts.settings.environment);
  return new Map(
    [...byEnvironment].map(([environment, members]) => [
      environment,
      commonGrid(Math.max(...members.map(({ trace }) => trace.x.at(-1) ?? 0))),
    ]),
  );
}

function groupView(
  { key, name, runs }: RunGroup,
  traced: readonly TracedRun[],
  grids: ReadonlyMap<string, Float64Array>,
): ComparisonGroupView {
  const [first] = runs;
  const { environment, algorithm, loss } = first!.settings;
  const views = runs.map(({ view }) => view);
  const solved = views.flatMap((view) => view.solved ?? []);
  const traces = traced.filter(({ facts }) => runs.includes(facts)).map(({ trace }) => trace);
  return {
    id: createHash("sha256").update(key).digest("hex").slice(0, 16),
    name,
    environment,
    algorithm,
    loss,
    changes: first!.changes.map((change) => ({ update: change.update, text: changeText(change, loss) })),
    runs: views,
    solvable: first!.solvedAt !== undefined,
    solved: solved.length,
    lastAverage: spread(views.flatMap(({ lastAverage }) => lastAverage ?? [])),
    stepsToSolved: spread(solved.map(({ steps }) => steps)),
    episodesToSolved: spread(solved.map(({ episodes }) => episodes)),
    curve: bandOf(traces, grids.get(environment)!),
  };
}
