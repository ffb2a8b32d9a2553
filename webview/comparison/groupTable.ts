import { html, nothing, type TemplateResult } from "lit";
import { axisTitles } from "../../src/protocol/comparisonTitles.ts";
import type { ComparedRunView, ComparisonGroupView, SpreadView } from "../../src/protocol/comparisonViews.ts";
import { formatCount, formatNumber } from "../format.ts";
import { wholeCount } from "./curves/lines.ts";
import { drawnEnvironment, groupsOf, lastWhole, type PlacedGroup, pointAt, styleOf } from "./selectors.ts";
import type { ComparisonSession, ComparisonStore } from "./session.ts";
import type { ComparisonState } from "./state.ts";

/** What the parts of the page act with. */
export interface PageTools {
  readonly store: ComparisonStore;
  readonly session: ComparisonSession;
}

/** The legend of the curves and the figures of the groups in one table; a group opens to its runs. */
export function groupTable(state: ComparisonState, tools: PageTools): TemplateResult {
  const groups = groupsOf(state).map((group, place) => ({ group, place }));
  const { cursor } = state;
  const axis = axisTitles[state.host!.view!.axis];
  return html`
    <div class="table-scroll" tabindex="0" role="region" aria-label="Groups and runs">
      <table class="comparison-table group-table">
        <thead><tr>
          <th scope="col">Group</th>
          <th scope="col" title="mean of the group's runs there, with least and greatest">${cursor === null ? "where all have got to" : `at ${formatCount(cursor)} ${axis}`}</th>
          <th scope="col">Runs</th>
          <th scope="col" title="mean return of the last 100 episodes: over the runs, with least and greatest">Last 100</th>
          <th scope="col">Solved</th>
          <th scope="col" title="episodes until the average of 100 counts as solved, of the runs that are">Episodes to solved</th>
          <th scope="col">Steps to solved</th>
        </tr></thead>
        ${groups.map((placed) => groupBody(placed, state, tools))}
      </table>
    </div>
  `;
}

function groupBody(
  { group, place }: PlacedGroup,
  state: ComparisonState,
  { store, session }: PageTools,
): TemplateResult {
  const isListed = state.listed.includes(group.id);
  const isElsewhere = group.environment !== drawnEnvironment(state);
  const title = `${isListed ? "Hide" : "List"} the runs of ${group.name}`;
  return html`<tbody ?data-elsewhere=${isElsewhere}>
    <tr>
      <th scope="row"><span class="group-name">
        <button class="icon-button small" aria-expanded=${isListed} aria-label=${title} title=${title}
          @click=${() => store.dispatch({ kind: "toggleListed", group: group.id })}>
          <span class="codicon codicon-chevron-${isListed ? "down" : "right"}" aria-hidden="true"></span></button>
        <label title="Draw this group's curve">
          <input type="checkbox" .checked=${!state.hidden.includes(group.id)} ?disabled=${isElsewhere}
            @change=${() => store.dispatch({ kind: "toggleHidden", group: group.id })} />
          ${keyOf(place)}<span>${group.name}</span></label></span>
        ${group.changes.map(({ update, text }) => html`<span class="quiet change">from update ${formatCount(update)}: ${text}</span>`)}</th>
      <td>${isElsewhere ? "" : valueAt(group, state.cursor)}</td>
      <td>${runsText(group.runs)}</td>
      <td>${spreadText(group.lastAverage, 1)}</td>
      <td>${group.solvable ? `${group.solved} of ${group.runs.length}` : dash}</td>
      <td>${spreadText(group.episodesToSolved, 0)}</td>
      <td>${spreadText(group.stepsToSolved, 0)}</td>
    </tr>
    ${isListed ? group.runs.map((run) => runRow(run, group.solvable, session)) : nothing}
  </tbody>`;
}

const dash = "–";

/** The group's letter and a piece of its line. */
export function keyOf(place: number): TemplateResult {
  const { colour, letter, dash: dashes } = styleOf(place);
  return html`<svg class="group-line colour-${colour}" width="26" height="8" aria-hidden="true">
    <line x1="0" x2="26" y1="4" y2="4" stroke-dasharray=${dashes.join(" ") || nothing}></line></svg><b class="group-letter colour-${colour}">${letter}</b>`;
}

function runRow(run: ComparedRunView, solvable: boolean, session: ComparisonSession): TemplateResult {
  const { path, name, seed, state, updates, lastAverage, solved } = run;
  return html`<tr class="run-row">
    <th scope="row"><button class="link-button" title=${`Open ${path}`} @click=${() => session.openRun(path)}>${name}</button></th>
    <td>seed ${seed}</td>
    <td title=${`${formatCount(updates)} updates, ${formatCount(run.steps)} steps`}>${stateWords[state]}</td>
    <td>${lastAverage === null ? dash : lastAverage.toFixed(1)}</td>
    <td>${solvable ? (solved === null ? "no" : "yes") : dash}</td>
    <td>${solved === null ? dash : formatCount(solved.episodes)}</td>
    <td>${solved === null ? dash : formatCount(solved.steps)}</td>
  </tr>`;
}

const stateWords = { writing: "training", closed: "ended", stopped: "stopped" } as const;

/** "3", or "3, 1 training". */
function runsText(runs: readonly ComparedRunView[]): string {
  const training = runs.filter(({ state }) => state === "writing").length;
  return training === 0 ? String(runs.length) : `${runs.length}, ${training} training`;
}

/**
 * "475.3 (312.0 to 500.0)" at the cursor, with how many runs that is where it is not all of them; without a cursor, the
 * last that all of them have.
 */
function valueAt(group: ComparisonGroupView, cursor: number | null): string {
  const point = cursor === null ? lastWhole(group) : pointAt(group, cursor);
  if (point === null) return dash;
  const { mean, least, greatest, runs } = group.curve;
  const count = runs[point]!;
  const range = count < 2 ? "" : ` (${formatNumber(least[point]!)} to ${formatNumber(greatest[point]!)})`;
  const part = count === wholeCount(group.curve) ? "" : `, ${count} of ${group.runs.length} runs`;
  return `${formatNumber(mean[point]!)}${range}${part}`;
}

function spreadText(value: SpreadView | null, digits: number): string {
  if (value === null) return dash;
  const text = (number: number) => (digits === 0 ? formatCount(number) : number.toFixed(digits));
  const { mean, least, greatest } = value;
  return least === greatest ? text(mean) : `${text(mean)} (${text(least)} to ${text(greatest)})`;
}
