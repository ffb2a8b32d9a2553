import { html, nothing, type TemplateResult } from "lit";
import type { TraceFacts, TraceSide } from "../../src/protocol/panel.ts";
import type { TraceOverview, TraceView } from "../../src/protocol/traceViews.ts";
import { counted, formatExact } from "../format.ts";
import { Part } from "../part.ts";
import type { Session } from "../session.ts";
import type { PanelState } from "../state.ts";
import { updateParts } from "../updateParts.ts";
import { cardId, findingCard } from "./finding.ts";
import { findingsHere } from "./findingsHere.ts";
import { holdings, missing, undecided } from "./holdings.ts";
import { updatesSection } from "./updates.ts";

const sides: readonly { readonly side: TraceSide; readonly title: string }[] = [
  { side: "findings", title: "Findings" },
  { side: "steps", title: "Steps" },
];

/** The page of a trace: what was found in it and what it holds, and on its other side its updates step by step. */
export class TracePage extends Part {
  static override properties = {
    ...Part.properties,
    nonce: { attribute: false },
  };
  declare nonce: string;

  protected override inputs(state: PanelState): readonly unknown[] {
    const { host, side, failures, selected, update } = state;
    return [host?.trace, host?.run?.run, host?.engine, side, failures, update, selected === update?.update];
  }

  protected override render(): TemplateResult {
    const { host } = this.state;
    const facts = host?.trace ?? nothingYet;
    return html`<div class="panel trace-page" aria-busy=${facts.isReading}>
      ${facts.overview === null ? nothing : this.#head(facts, facts.overview)}
      <pgi-state-banners .panel=${this.panel}></pgi-state-banners>
      ${facts.problem === null ? nothing : problemLine(facts.problem)}
      ${facts.overview === null && facts.problem === null ? waiting : nothing}
      ${facts.overview === null ? nothing : this.#side(facts, facts.overview)}
    </div>`;
  }

  #head({ diagnosis, isReading }: TraceFacts, overview: TraceOverview): TemplateResult {
    return html`<header class="trace-head">
      <h1>${overview.path.split(/[\\/]/).at(-1)}</h1>
      <div class="trace-sides" role="tablist" aria-label="Sides of the trace" @keydown=${this.#key}>
        ${sides.map(({ side, title }) => this.#tab(side, title, side === "findings" ? counts(diagnosis) : ""))}
      </div>
      <ul class="trace-facts" aria-label="What was recorded">
        ${factsOf(overview).map((fact) => html`<li class="tag">${fact}</li>`)}
      </ul>
      <span class="section-note" role="status">${isReading ? "Reading…" : `as of ${timeOf(overview.modified)}`}</span>
    </header>`;
  }

  #tab(side: TraceSide, title: string, count: string): TemplateResult {
    const isShown = this.state.side === side;
    return html`<button class="trace-side" role="tab" id="tab-${side}" aria-selected=${isShown} aria-controls="side-${side}"
      tabindex=${isShown ? 0 : -1} @click=${() => this.dispatch({ kind: "side", side })}>${title}${count === "" ? nothing : html` <span class="tag">${count}</span>`}</button>`;
  }

  #key = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    const side = this.state.side === "findings" ? "steps" : "findings";
    this.dispatch({ kind: "side", side });
    void this.#drawn().then(() => this.querySelector<HTMLElement>(`#tab-${side}`)?.focus());
  };

  /** Shows a finding's card. */
  #turnTo(id: string): void {
    this.dispatch({ kind: "side", side: "findings" });
    void this.#drawn().then(() => {
      const card = this.querySelector<HTMLElement>(`#${cardId(id)}`);
      card?.scrollIntoView({ block: "start" });
      card?.focus();
    });
  }

  /** Views are told of a change in the next frame. */
  async #drawn(): Promise<void> {
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    await this.updateComplete;
  }

  #side({ diagnosis, isReading }: TraceFacts, overview: TraceOverview): TemplateResult {
    const { session } = this.panel;
    if (this.state.side === "findings") {
      const open = (update: number) => this.dispatch({ kind: "open", update });
      const save = (update: number) => void session.finding("exportUpdate", { update });
      return html`<main><div class="trace-body" role="tabpanel" id="side-findings" aria-labelledby="tab-findings">
        ${diagnosis === null ? (isReading ? diagnosing : nothing) : verdict(diagnosis, session)}
        <div class="trace-columns">
          <div>${diagnosis === null ? nothing : html`${findings(diagnosis, session)} ${undecided(diagnosis)}`}</div>
          <div>${updatesSection(diagnosis ?? overview, diagnosis?.rules ?? [], { open, save })} ${holdings(overview)} ${missing(overview)}</div>
        </div>
      </div></main>`;
    }
    return html`<main class="trace-steps"><div class="parts" role="tabpanel" id="side-steps" aria-labelledby="tab-steps">
      ${
        overview.updateCount === 0
          ? noUpdates
          : updateParts(
              this.panel,
              this.nonce,
              findingsHere(this.state, (id) => this.#turnTo(id)),
            )
      }
    </div></main>`;
  }
}

const nothingYet: TraceFacts = { overview: null, diagnosis: null, problem: null, isReading: true };
const waiting = html`<p class="trace-waiting" role="status">Reading the trace…</p>`;
const diagnosing = html`<p class="trace-waiting quiet" role="status">Reading what the updates are…</p>`;
const noUpdates = html`<p class="area-waiting quiet">The trace holds no update: call rec.update(…) before loss.backward() to see one step by step.</p>`;

function problemLine(text: string): TemplateResult {
  return html`<p class="trace-problem" role="alert">
    <span class="codicon codicon-warning" aria-hidden="true"></span>${text}</p>`;
}

function factsOf(overview: TraceOverview): readonly string[] {
  const { environment, framework, gamma, environments } = overview;
  const facts = [
    environment,
    framework,
    gamma === null ? null : `γ ${formatExact(gamma)}`,
    environments > 1 ? `${environments} environments` : null,
    counted(overview.updateCount, "update"),
    counted(overview.episodes, "episode"),
    counted(overview.steps, "step"),
  ];
  return facts.filter((fact) => fact !== null);
}

function counts(diagnosis: TraceView | null): string {
  return diagnosis === null || diagnosis.findings.length === 0 ? "" : `${diagnosis.findings.length}`;
}

function verdict(trace: TraceView, session: Session): TemplateResult {
  const counts = (["error", "warning", "info"] as const).map((severity) => ({
    severity,
    count: trace.findings.filter((finding) => finding.severity === severity).length,
  }));
  const [errors, warnings] = counts;
  const kind = errors!.count > 0 ? "mistake" : warnings!.count > 0 ? "variant" : "book";
  const icon = { mistake: "error", variant: "warning", book: "pass" }[kind];
  return html`<section class="verdict" data-kind=${kind} aria-label="What the updates are">
    <span class="codicon codicon-${icon}" aria-hidden="true"></span>
    <div>
      <p><b>${verdictWords(counts)}</b></p>
      <p class="number trace-rule">${trace.verdict}</p>
      ${trace.notes.map((note) => html`<p class="quiet">${note}</p>`)}
      <p><button class="link-button" @click=${() => void session.finding("explain", { finding: null })}>
        Open the report with the numbers</button> ·
        <button class="link-button" @click=${() => void session.finding("saveReport", {})}>Report as Markdown</button></p>
    </div>
  </section>`;
}

const severityWords = { error: "mistake", warning: "warning", info: "deliberate variant" } as const;

function verdictWords(counts: readonly { severity: keyof typeof severityWords; count: number }[]): string {
  const words = counts
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => counted(count, severityWords[severity]));
  return words.length === 0 ? "No mistake found" : words.join(", ");
}

function findings({ findings: all }: TraceView, session: Session): TemplateResult {
  const none = html`<p class="quiet">Nothing in this trace departs from the rule above.</p>`;
  return html`<section aria-label="Findings">
    <div class="section-head"><h2>Findings</h2></div>
    ${all.length === 0 ? none : all.map((finding) => findingCard(finding, session))}
  </section>`;
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toLocaleTimeString();
}
