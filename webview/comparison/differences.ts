import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { DiffLineView } from "../../src/protocol/comparisonViews.ts";
import { keyOf, type PageTools } from "./groupTable.ts";
import { comparedGroup, groupsOf, styleOf } from "./selectors.ts";
import type { ComparisonState } from "./state.ts";

/** The settings in which the groups differ, a column a group. */
export function settingDifferences(state: ComparisonState): TemplateResult {
  const settings = state.host!.view!.settings;
  const groups = groupsOf(state);
  const none = groups.length < 2 ? "There is one group only." : "The groups have the same settings.";
  return html`<section aria-label="Settings that differ">
    <div class="section-head"><h2>Settings that differ</h2></div>
    ${
      settings.length === 0
        ? html`<p class="quiet">${none}</p>`
        : html`<div class="table-scroll" tabindex="0" role="region" aria-label="Table of settings that differ">
      <table class="comparison-table setting-table">
        <thead><tr><th scope="col">Setting</th>${groups.map(
          ({ name }, place) => html`<th scope="col" title=${name} aria-label=${name}>${keyOf(place)}</th>`,
        )}</tr></thead>
        <tbody>${settings.map(
          ({ name, values }) =>
            html`<tr><th scope="row">${name}</th>${values.map((value) => html`<td>${value}</td>`)}</tr>`,
        )}</tbody>
      </table></div>`
    }
  </section>`;
}

/** How another group's loss differs from the first one's. */
export function lossDifference(
  state: ComparisonState,
  { store }: PageTools,
): TemplateResult | typeof nothing {
  const compared = comparedGroup(state);
  if (compared === null) return nothing;
  const groups = groupsOf(state);
  const others = groups.map((group, place) => ({ group, place })).filter(({ place }) => place > 0);
  const lines = state.host!.view!.lossDifferences[compared.place];
  return html`<section aria-label="Losses">
    <div class="section-head"><h2>Loss</h2>
      <select class="quiet-select" aria-label="Whose loss is shown against the first group's"
        @change=${(event: Event) => store.dispatch({ kind: "against", group: (event.target as HTMLSelectElement).value })}>
        ${others.map(
          ({ group, place }) =>
            html`<option value=${group.id} .selected=${live(place === compared.place)}>${styleOf(place).letter} ${group.name}</option>`,
        )}
      </select>
      <span class="quiet">against ${styleOf(0).letter} ${groups[0]!.name}</span>
    </div>
    ${lines ? diffText(lines, `Loss of ${compared.group.name} against that of ${groups[0]!.name}`) : html`<p class="quiet">The same text.</p>`}
  </section>`;
}

const signs = { same: " ", removed: "−", added: "+" } as const;
const words = { same: "", removed: "removed: ", added: "added: " } as const;

/** A difference of texts, a line a row, told by its sign and by its colour. */
export function diffText(lines: readonly DiffLineView[], label: string): TemplateResult {
  return html`<div class="diff" tabindex="0" role="region" aria-label=${label}>${lines.map(
    ({ kind, text }) =>
      html`<div class="diff-line" data-kind=${kind}><span class="diff-sign" aria-hidden="true">${signs[kind]}</span><code><span class="visually-hidden">${words[kind]}</span>${text}</code></div>`,
  )}</div>`;
}
