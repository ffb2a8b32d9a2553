import { html, LitElement, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { axisTitles, metricTitles } from "../../src/protocol/comparisonTitles.ts";
import {
  comparisonAxes,
  comparisonMetrics,
  type RunsComparisonView,
} from "../../src/protocol/comparisonViews.ts";
import { counted } from "../format.ts";
import { lossDifference, settingDifferences } from "./differences.ts";
import { groupTable, type PageTools } from "./groupTable.ts";
import { pairSection } from "./pair/pairSection.ts";
import { drawnEnvironment } from "./selectors.ts";
import type { ComparisonSession, ComparisonStore } from "./session.ts";
import type { ComparisonState } from "./state.ts";

/** The page of a comparison: curves over the seeds, what differs, and one batch under two losses. */
export class ComparisonPage extends LitElement {
  static override properties = { state: { attribute: false } };
  declare state: ComparisonState;
  declare store: ComparisonStore;
  declare session: ComparisonSession;
  declare nonce: string;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const { host, failures } = this.state;
    const { pair: _, ...others } = failures;
    const problems = [host?.problem, ...Object.values(others)].filter((text) => typeof text === "string");
    return html`<main class="comparison-page" aria-busy=${host?.isReading ?? true}>
      ${problems.map((text) => problem(text))}
      ${host?.view ? this.#body(host.view) : problems.length > 0 ? nothing : waiting}
    </main>`;
  }

  #body(view: RunsComparisonView): TemplateResult {
    const { state, nonce } = this;
    const tools: PageTools = { store: this.store, session: this.session };
    return html`
      ${head(view, state)}
      ${view.broken.map(({ name, error }) => problem(`${name}: ${error}`))}
      ${view.groups.length === 0 ? nothingToCompare(view) : this.#groups(tools)}
      ${view.groups.length === 0 ? nothing : pairSection(state, tools, nonce)}
    `;
  }

  #groups(tools: PageTools): TemplateResult {
    const { state } = this;
    return html`
      <section aria-label="Learning curves">
        ${this.#curveHead()}
        <pgi-comparison-curves .state=${state} .store=${this.store}></pgi-comparison-curves>
        ${groupTable(state, tools)}
      </section>
      <div class="comparison-columns">${settingDifferences(state)} ${lossDifference(state, tools)}</div>
    `;
  }

  #curveHead(): TemplateResult {
    const { host } = this.state;
    const { environments } = host!.view!;
    return html`<div class="section-head">
      <h2>Learning curves</h2>
      ${select("Quantity of the curves", comparisonMetrics, metricTitles, host!.look.metric, (metric) =>
        this.session.look({ metric }),
      )}
      ${select("What learning is counted in", comparisonAxes, axisTitles, host!.look.axis, (axis) =>
        this.session.look({ axis }),
      )}
      ${environments.length < 2 ? nothing : this.#environments(environments)}
      <span class="section-note">mean, with least and greatest run · thin: only some runs have got there</span>
    </div>`;
  }

  #environments(environments: readonly string[]): TemplateResult {
    const titles = Object.fromEntries(environments.map((id) => [id, id]));
    return html`${select(
      "Environment of the curves",
      environments,
      titles,
      drawnEnvironment(this.state)!,
      (environment) => this.store.dispatch({ kind: "environment", environment }),
    )}<span class="quiet">returns of ${environments.length} environments are not drawn together</span>`;
  }
}

const waiting = html`<p class="quiet" role="status">Reading the runs…</p>`;

function head(
  { groups, left, toCome, isLive }: RunsComparisonView,
  { host }: ComparisonState,
): TemplateResult {
  const runs = groups.reduce((sum, group) => sum + group.runs.length, 0);
  const notes = [
    ...(toCome > 0 ? [`${counted(toCome, "trial")} to come`] : []),
    ...(left > 0 ? [`${counted(left, "more run")} left out: too many for one comparison`] : []),
    isLive ? "live" : "",
  ].filter((note) => note !== "");
  const names = host!.paths.map((path) =>
    path
      .split(/[\\/]/)
      .at(-1)!
      .replace(/\.pgrun$/, ""),
  );
  const title = names.length <= 2 ? names.join(", ") : `${names.length} runs`;
  return html`<header class="comparison-head">
    <h1>Comparison <span class="quiet">${title}</span></h1>
    <span class="section-note" role="status">${[`${counted(groups.length, "group")} of ${counted(runs, "run")}`, ...notes].join(" · ")}</span>
  </header>`;
}

function nothingToCompare({ broken, toCome }: RunsComparisonView): TemplateResult {
  if (toCome > 0) return html`<p class="quiet" role="status">Waiting for the first run…</p>`;
  const more = broken.length > 0 ? " that can be read" : "";
  return html`<p class="quiet" role="status">There is no run${more} here. Train some, or compare others.</p>`;
}

function problem(text: string): TemplateResult {
  return html`<p class="comparison-problem" role="alert"><span class="codicon codicon-warning" aria-hidden="true"></span>${text}</p>`;
}

function select<Name extends string>(
  label: string,
  names: readonly Name[],
  titles: Readonly<Record<Name, string>>,
  chosen: Name,
  choose: (name: Name) => void,
): TemplateResult {
  return html`<select class="quiet-select" aria-label=${label}
    @change=${(event: Event) => choose((event.target as HTMLSelectElement).value as Name)}>
    ${names.map((name) => html`<option value=${name} .selected=${live(name === chosen)}>${titles[name]}</option>`)}
  </select>`;
}
