import { html, nothing, type TemplateResult } from "lit";
import type { FindingView } from "../../src/protocol/traceViews.ts";
import { formatNumber } from "../format.ts";
import type { Session } from "../session.ts";

export const icons = { error: "error", warning: "warning", info: "info" } as const;
const words = { error: "Mistake", warning: "Warning", info: "Variant" } as const;

/** The id of a finding's card in the page. */
export function cardId(finding: string): string {
  return `finding-${finding}`;
}

/** One finding: what was seen with its numbers, where, why it matters and the change that mends it. */
export function findingCard(finding: FindingView, session: Session): TemplateResult {
  const { id, severity, title, message, why, fix, reference, source } = finding;
  return html`<article class="finding" id=${cardId(id)} tabindex="-1" data-severity=${severity} aria-label="${words[severity]}: ${title}">
    <h3>
      <span class="codicon codicon-${icons[severity]}" aria-hidden="true"></span>
      <span>${title}</span><code>${id}</code>
    </h3>
    <p>${message}</p>
    ${evidence(finding)}
    <p class="quiet finding-place">${placeWords(finding)}
      ${
        finding.steps.length === 0
          ? nothing
          : html`<button class="link-button" @click=${() => void session.showFinding(id)}>Show these steps</button>`
      }
      ${
        source === null
          ? nothing
          : html`<button class="link-button" @click=${() => void session.finding("openSource", { finding: id })}>
        ${nameOf(source.file)}:${source.line}</button>`
      }
    </p>
    <p>${why}</p>
    <div class="finding-fix">
      <pre tabindex="0" aria-label="Suggested change"><code>${fix}</code></pre>
      <button class="icon-button small" title="Copy the suggested change" aria-label="Copy the suggested change"
        @click=${() => void session.finding("copyFix", { finding: id })}>
        <span class="codicon codicon-copy" aria-hidden="true"></span></button>
    </div>
    <p class="quiet">${reference}
      ${
        source === null
          ? nothing
          : html`<button class="link-button" title="Show the change in your script, to accept or not"
        @click=${() => void session.finding("mend", { finding: id })}>Change my script…</button>`
      }
      <button class="link-button" @click=${() => void session.finding("explain", { finding: id })}>Explain</button></p>
  </article>`;
}

function evidence({ evidence: rows }: FindingView): TemplateResult | typeof nothing {
  if (rows.length === 0) return nothing;
  return html`<dl class="evidence">
    ${rows.map(
      ({ name, value }) => html`<div><dt>${name}</dt>
        <dd class="number">${typeof value === "number" ? formatNumber(value) : value}</dd></div>`,
    )}
  </dl>`;
}

/** "steps 0, 1, 2, … of episode 1 (167 in all) · 7 updates, first 1". */
export function placeWords({ steps, stepCount, updates, updateCount }: FindingView): string {
  const [first] = steps;
  const own = steps.filter(({ episode }) => episode === first?.episode).slice(0, 5);
  const more = stepCount > own.length ? ", …" : "";
  const parts: string[] = [];
  if (first) {
    const list = own.map(({ t }) => t).join(", ");
    parts.push(`steps ${list}${more} of episode ${first.episode} (${stepCount} in all)`);
  }
  if (updateCount === 1) parts.push(`update ${updates[0]}`);
  if (updateCount > 1) parts.push(`${updateCount} updates from ${updates[0]} on`);
  return parts.join(" · ");
}

function nameOf(file: string): string {
  return file.split(/[\\/]/).at(-1) ?? file;
}
