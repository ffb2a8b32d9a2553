import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { ComparisonGroupView, PairSideView } from "../../../src/protocol/comparisonViews.ts";
import { counted, formatNumber } from "../../format.ts";
import { comparedGradients } from "../../gradients/gradients.ts";
import { recomputedNote } from "../../steps/recomputedNote.ts";
import { mathElement } from "../../verdict/rule.ts";
import { verdictSentence, verdictSigns } from "../../verdict/verdict.ts";
import { diffText } from "../differences.ts";
import type { PageTools } from "../groupTable.ts";
import { groupsOf, pairRequest, styleOf, usualPair } from "../selectors.ts";
import type { ComparisonState, ShownPair } from "../state.ts";

/** Two losses on the frozen batch of one update: their values, verdicts, gradients and weights side by side. */
export function pairSection(state: ComparisonState, tools: PageTools, nonce: string): TemplateResult {
  const { shown, failures } = state;
  return html`<section class="pair" aria-label="Same batch, two losses">
    <div class="section-head"><h2>Same batch, two losses</h2>${batchChoice(state, tools)}
      <span class="section-note">${shown === null ? nothing : batchNote(shown)}</span></div>
    ${failures.pair === undefined ? nothing : html`<p class="comparison-problem" role="alert"><span class="codicon codicon-warning" aria-hidden="true"></span>${failures.pair}</p>`}
    <div class="pair-sides">${(["a", "b"] as const).map((side) => sideView(side, state, tools, nonce))}</div>
    ${shown === null ? html`<p class="quiet" role="status">${pairRequest(state) === null ? "No run has an update yet." : "Opening the update…"}</p>` : numbers(shown, state, tools)}
  </section>`;
}

function batchChoice(state: ComparisonState, { store }: PageTools): TemplateResult {
  const request = pairRequest(state);
  const change = (changes: Partial<ComparisonState["pair"]>) =>
    store.dispatch({ kind: "pair", change: changes });
  const { shown } = state;
  const view = shown?.request.path === request?.path ? shown?.view : undefined;
  const choose = (event: Event) => {
    const update = Math.round(Number((event.target as HTMLInputElement).value));
    if (update >= 1) change({ update: Math.min(update, view?.updates ?? update) });
  };
  return html`
    <select class="quiet-select" aria-label="Run whose batch is taken"
      @change=${(event: Event) => change({ path: (event.target as HTMLSelectElement).value, update: null })}>
      ${groupsOf(state).map(
        (group, place) =>
          html`<optgroup label="${styleOf(place).letter} ${group.name}">${group.runs
            .filter(({ updates }) => updates > 0)
            .map(
              ({ path, name }) =>
                html`<option value=${path} .selected=${live(path === request?.path)}>${name}</option>`,
            )}</optgroup>`,
      )}
    </select>
    <label class="update-choice">update
      <input class="quiet-input" type="number" min="1" max=${view?.updates ?? nothing} list="kept-updates"
        .value=${view === undefined ? "" : String(view.update)} @change=${choose} /></label>
    <datalist id="kept-updates">${view?.kept.map((update) => html`<option value=${update}></option>`)}</datalist>
    <button class="text-button small" title="The latest update that is kept"
      @click=${() => store.dispatch({ kind: "renew" })}>Latest</button>
  `;
}

function batchNote({ view }: ShownPair): string {
  return `${counted(view.steps, "step")}, ${counted(view.episodes, "episode")} · ${view.instead ?? recomputedNote[view.recomputed]}`;
}

function sideView(
  side: "a" | "b",
  state: ComparisonState,
  { store }: PageTools,
  nonce: string,
): TemplateResult {
  const letter = side.toUpperCase();
  const groups = groupsOf(state);
  const text = state.pair[side] ?? usualPair(state)![side].loss;
  const holder = groups.findIndex(({ loss }) => loss === text);
  const { shown } = state;
  const result = shown?.request[side] === text ? shown.view[side] : null;
  const take = (event: Event) => {
    const group = groups[Number((event.target as HTMLSelectElement).value)];
    if (group !== undefined) store.dispatch({ kind: "pair", change: { [side]: group.loss } });
  };
  return html`<div class="pair-side" data-side=${side} role="group" aria-label="Loss ${letter}">
    <div class="section-head"><b class="side-letter">${letter}</b>
      <select class="quiet-select" aria-label="Take loss ${letter} of a group" @change=${take}>
        ${holder < 0 ? html`<option value="" .selected=${live(true)}>edited</option>` : nothing}
        ${groups.map((group, place) => html`<option value=${place} .selected=${live(place === holder)}>loss of ${styleOf(place).letter} ${group.name}</option>`)}
      </select></div>
    <pgi-loss-field .text=${text} .label="Loss ${letter}" .nonce=${nonce} .diagnostics=${result?.diagnostics ?? []}
      .changed=${(edited: string) => store.dispatch({ kind: "pair", change: { [side]: edited } })}></pgi-loss-field>
    ${result === null ? html`<p class="problem quiet" role="status">…</p>` : result.ok ? sideResult(result) : sideProblem(result, groups[holder], store)}
  </div>`;
}

/** What is wrong with a loss; a group's loss fits the batches of its own runs. */
function sideProblem(
  { diagnostics }: PairSideView,
  group: ComparisonGroupView | undefined,
  store: PageTools["store"],
): TemplateResult {
  const first = diagnostics.find(({ severity }) => severity === "error");
  const run = group?.runs.find(({ updates }) => updates > 0);
  return html`<p class="problem" data-severity="error" role="status">
    <span class="codicon codicon-error" aria-hidden="true"></span>
    <span>${first?.message} ${first?.hint === undefined ? nothing : html`<span class="quiet">${first.hint}</span>`}
    ${
      run === undefined
        ? nothing
        : html`<button class="link-button" @click=${() => store.dispatch({ kind: "pair", change: { path: run.path, update: null } })}>
      Take a batch of ${group!.name}</button>`
    }</span></p>`;
}

/** A loss's value, and what it is. */
function sideResult({ loss }: Extract<PairSideView, { ok: true }>): TemplateResult {
  const { value, gradientNorm, verdict } = loss;
  const { icon, word } = verdictSigns[verdict.kind];
  return html`
    <p class="problem quiet" role="status"><span>loss <b class="number">${formatNumber(value, 7)}</b> · ‖∂L/∂θ‖ <b class="number">${formatNumber(gradientNorm, 7)}</b></span></p>
    <div class="verdict" data-kind=${verdict.kind}>
      <span class="codicon codicon-${icon}" role="img" aria-label=${word}></span>
      <div><p>${verdictSentence(verdict)}</p>
        ${verdict.math.map((line) => html`<div class="rule">${mathElement(line, document)}</div>`)}
        ${verdict.explanation === "" ? nothing : html`<p class="quiet">${verdict.explanation}</p>`}</div>
    </div>`;
}

function numbers({ view }: ShownPair, state: ComparisonState, { store, session }: PageTools): TemplateResult {
  const changed = view.difference.filter(({ kind }) => kind !== "same").length;
  return html`
    <details class="pair-difference"><summary>${changed === 0 ? "A and B are the same text" : `A and B differ in ${counted(changed, "line")}`}</summary>
      ${diffText(view.difference, "B against A")}</details>
    <div class="pair-numbers">
      <section aria-label="Gradient by layer">
        <div class="section-head"><h2>Gradient by layer</h2></div>
        ${
          view.comparison === null
            ? html`<p class="quiet">Both losses are needed for this.</p>`
            : html`<div class="gradient-scroll" tabindex="0" role="region" aria-label="Gradient by layer under both losses"><table class="gradient-table">${comparedGradients(view.comparison, ["A", "B"])}</table></div>`
        }
      </section>
      <section aria-label="Charts over the steps">
        <div class="section-head"><h2>Over the steps</h2><span class="section-note">step <b class="number">${state.step}</b></span></div>
        <pgi-pair-charts .state=${state} .store=${store}></pgi-pair-charts>
      </section>
    </div>
    <div class="section-head"><h2>Steps</h2><span class="section-note">${orderNote(state)}</span></div>
    <div class="pair-steps"><pgi-pair-table .state=${state} .store=${store} .session=${session}></pgi-pair-table></div>
  `;
}

function orderNote({ sort, shown }: ComparisonState): string {
  const column = shown?.view.columns.find(({ name }) => name === sort?.column);
  if (column === undefined || sort === null) return "in their order";
  if (sort.column === "apart.weight" && sort.descending) return "where c differs most first";
  return `by ${column.label}, ${sort.descending ? "largest" : "smallest"} first`;
}
