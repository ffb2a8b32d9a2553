import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { TracePageState } from "../../src/protocol/tracePage.ts";
import type { TraceView } from "../../src/protocol/traceViews.ts";
import { counted, formatExact } from "../format.ts";
import type { Ask } from "./ask.ts";
import { findingCard } from "./finding.ts";
import { holdings, missing, undecided } from "./holdings.ts";
import { updatesSection } from "./updates.ts";

const loading: TracePageState = { trace: null, problem: null, isReading: true, reducedMotion: false };

/** The page of a trace: what its updates are, what was found in them, and what it holds. */
export class TracePage extends LitElement {
  static override properties = { state: { attribute: false }, complaint: { state: true } };
  declare state: TracePageState;
  declare complaint: string;
  ask: Ask = () => {};

  constructor() {
    super();
    this.state = loading;
    this.complaint = "";
  }

  /** Says what went wrong with something that was asked. */
  complain(message: string): void {
    this.complaint = message;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const { trace, problem, isReading } = this.state;
    return html`<main class="trace-page" aria-busy=${isReading}>
      ${[problem, this.complaint].filter(Boolean).map(
        (text) => html`<p class="trace-problem" role="alert">
        <span class="codicon codicon-warning" aria-hidden="true"></span>${text}</p>`,
      )}
      ${trace === null ? (problem === null ? waiting : nothing) : traceBody(trace, isReading, this.ask)}
    </main>`;
  }
}

const waiting = html`<p class="trace-waiting" role="status">Reading the trace…</p>`;

function traceBody(trace: TraceView, isReading: boolean, ask: Ask): TemplateResult {
  return html`${head(trace, isReading)} ${verdict(trace, ask)}
    <div class="trace-columns">
      <div>${findings(trace, ask)} ${undecided(trace)}</div>
      <div>${updatesSection(trace, ask)} ${holdings(trace)} ${missing(trace)}</div>
    </div>`;
}

function head(trace: TraceView, isReading: boolean): TemplateResult {
  const { path, environment, framework, gamma, environments } = trace;
  const facts = [
    environment,
    framework,
    gamma === null ? null : `γ ${formatExact(gamma)}`,
    environments > 1 ? `${environments} environments` : null,
    counted(trace.updateCount, "update"),
    counted(trace.episodes, "episode"),
    counted(trace.steps, "step"),
  ].filter((fact) => fact !== null);
  return html`<header class="trace-head">
    <h1>${path.split(/[\\/]/).at(-1)}</h1>
    <ul class="trace-facts" aria-label="What was recorded">
      ${facts.map((fact) => html`<li class="tag">${fact}</li>`)}
    </ul>
    <span class="section-note" role="status">${isReading ? "Reading…" : `as of ${timeOf(trace.modified)}`}</span>
  </header>`;
}

function verdict(trace: TraceView, ask: Ask): TemplateResult {
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
      <p><button class="link-button" @click=${() => ask("explain", { finding: null })}>
        Open the report with the numbers</button>
        <button class="link-button" @click=${() => ask("saveReport", {})}>Report as Markdown</button></p>
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

function findings({ findings: all }: TraceView, ask: Ask): TemplateResult {
  const none = html`<p class="quiet">Nothing in this trace departs from the rule above.</p>`;
  return html`<section aria-label="Findings">
    <div class="section-head"><h2>Findings</h2></div>
    ${all.length === 0 ? none : all.map((finding) => findingCard(finding, ask))}
  </section>`;
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toLocaleTimeString();
}
