import { html, nothing, type TemplateResult } from "lit";
import type { TraceOverview, TraceView } from "../../src/protocol/traceViews.ts";
import { formatCount } from "../format.ts";

/** The quantities that the trace holds, of steps and of updates. */
export function holdings({ columns }: TraceOverview): TemplateResult {
  return html`<section aria-label="What the trace holds">
    <div class="section-head"><h2>What it holds</h2></div>
    ${(["steps", "updates"] as const).map((holder) => {
      const held = columns.filter((column) => column.holder === holder);
      if (held.length === 0) return nothing;
      return html`<dl class="held"><dt>of ${holder}</dt><dd>${held.map(
        ({ name, given, of }) =>
          html`<span class="tag number">${name}${
            given < of
              ? html` <span class="quiet">${formatCount(given)} of ${formatCount(of)}</span>`
              : nothing
          }</span>`,
      )}</dd></dl>`;
    })}
  </section>`;
}

/** The quantities that it does not hold, each with what it would allow. */
export function missing({ missing: wishes }: TraceOverview): TemplateResult | typeof nothing {
  if (wishes.length === 0) return nothing;
  return html`<section aria-label="What recording more would allow">
    <div class="section-head"><h2>Record more, know more</h2></div>
    <dl class="wishes">
      ${wishes.map(({ name, allows }) => html`<dt class="number">${name}</dt><dd>${allows}</dd>`)}
    </dl>
  </section>`;
}

/** What the trace cannot decide, folded away where it is much. */
export function undecided({ undecided: reasons }: TraceView): TemplateResult | typeof nothing {
  if (reasons.length === 0) return nothing;
  return html`<details class="undecided">
    <summary>Not decided by this trace (${reasons.length})</summary>
    <dl class="wishes">
      ${reasons.map(({ id, reason }) => html`<dt class="number">${id}</dt><dd>${reason}</dd>`)}
    </dl>
  </details>`;
}
