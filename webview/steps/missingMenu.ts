import { html, nothing, type TemplateResult } from "lit";
import type { TraceUpdateFacts } from "../../src/protocol/traceUpdateFacts.ts";
import { placeMenu } from "../menu.ts";

/** What an update of a trace does not hold, and what recording it would show here. */
export function missingMenu({ missing, line }: TraceUpdateFacts): TemplateResult | typeof nothing {
  if (missing.length === 0) return nothing;
  return html`
    <button class="text-button small" popovertarget="step-missing" aria-haspopup="dialog">${missing.length} not recorded<span class="codicon codicon-chevron-down" aria-hidden="true"></span></button>
    <div class="menu missing-menu" id="step-missing" popover role="dialog" aria-label="What this update does not hold" @beforetoggle=${placeMenu}>
      <p class="quiet">Line ${line} of the trace holds no</p>
      <dl class="wishes">${missing.map(({ name, allows }) => html`<dt class="number">${name}</dt><dd>${allows}</dd>`)}</dl>
    </div>
  `;
}
