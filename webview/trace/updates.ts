import { html, nothing, svg, type TemplateResult } from "lit";
import type { TraceOverview, TraceUpdateView, TraceView } from "../../src/protocol/traceViews.ts";
import { formatCount, formatNumber } from "../format.ts";
import { curvePoints } from "./curvePoints.ts";

const size = { width: 600, height: 72 } as const;

type Rules = TraceView["rules"];

/** What can be done with an update: shown step by step, by its place; and written to a file, by its number. */
interface UpdateActions {
  readonly open: (place: number) => void;
  readonly save: (number: number) => void;
}

/** Every update with its figures and the rule it follows, newest first, below the curve of mean returns. */
export function updatesSection(
  { updates, updateCount }: TraceOverview,
  rules: Rules,
  actions: UpdateActions,
): TemplateResult | typeof nothing {
  if (updateCount === 0) return nothing;
  const cut = updateCount - updates.length;
  return html`<section aria-label="Updates">
    <div class="section-head"><h2>Updates</h2>
      ${cut > 0 ? html`<span class="section-note">the newest ${formatCount(updates.length)} of ${formatCount(updateCount)}</span>` : nothing}
    </div>
    ${returnCurve(updates)}
    ${rules.length > 1 ? ruleList(rules) : nothing}
    <div class="update-table" tabindex="0" role="region" aria-label="Table of updates">
      <table>
        <thead><tr>
          <th scope="col">Update</th><th scope="col">Steps</th><th scope="col">Return</th>
          <th scope="col">Loss</th><th scope="col">‖∂L/∂θ‖</th><th scope="col">c is</th><th scope="col"><span class="visually-hidden">Export</span></th>
        </tr></thead>
        <tbody>${updates.toReversed().map((update) => updateRow(update, rules, actions))}</tbody>
      </table>
    </div>
  </section>`;
}

function updateRow(update: TraceUpdateView, rules: Rules, { open, save }: UpdateActions): TemplateResult {
  const { place, number, steps, meanReturn, loss, gradientNorm, rule } = update;
  return html`<tr>
    <th scope="row"><button class="link-button" aria-label="Show update ${number} step by step" @click=${() => open(place)}>${number}</button></th>
    <td>${formatCount(steps)}</td>
    <td>${figure(meanReturn)}</td>
    <td>${figure(loss)}</td>
    <td>${figure(gradientNorm)}</td>
    <td>${rule === null ? html`<span class="quiet">–</span>` : ruleSymbol(rules[rule]?.words ?? "")}</td>
    <td><button class="icon-button small" title="Export update ${number}…" aria-label="Export update ${number}"
      @click=${() => save(number)}>
      <span class="codicon codicon-export" aria-hidden="true"></span></button></td>
  </tr>`;
}

function ruleList(rules: Rules): TemplateResult {
  return html`<ul class="rule-list">
    ${rules.map(
      ({ words, updates }) => html`<li><span class="number">${words}</span>
      <span class="quiet">${formatCount(updates)} updates</span></li>`,
    )}
  </ul>`;
}

/** "1.000·γᵗG" of "c = 1.000·γᵗG, residual 2e-16". */
export function ruleSymbol(words: string): string {
  return words.replace(/^c = /, "").replace(/, residual .*$/, "");
}

function figure(value: number | null): string | TemplateResult {
  return value === null ? html`<span class="quiet">–</span>` : formatNumber(value);
}

function returnCurve(updates: readonly TraceUpdateView[]): TemplateResult | typeof nothing {
  const returns = updates.map(({ meanReturn }) => meanReturn);
  const known = returns.filter((value) => value !== null && Number.isFinite(value)) as number[];
  if (known.length < 2) return nothing;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const label = `Mean return of the episodes of each update, from ${formatNumber(low)} to ${formatNumber(high)}`;
  return html`<figure class="return-curve">
    <svg viewBox="0 0 ${size.width} ${size.height}" preserveAspectRatio="none" role="img" aria-label=${label}>
      ${curvePoints(returns, size).map((points) => svg`<polyline points=${points} vector-effect="non-scaling-stroke" />`)}
    </svg>
    <figcaption class="quiet">Mean return, ${formatNumber(low)} to ${formatNumber(high)}</figcaption>
  </figure>`;
}
