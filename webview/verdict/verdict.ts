import { html, nothing, type TemplateResult } from "lit";
import type { RatioView, VerdictView } from "../../src/protocol/views.ts";
import { formatNumber } from "../format.ts";
import { Part } from "../part.ts";
import { diagnosedRule, editedEvaluation, editorText, hasErrors, isEdited, isOfTrace } from "../selectors.ts";
import type { PanelState } from "../state.ts";
import { mathElement, meaningAt } from "./rule.ts";

/** How each kind of verdict is marked. */
export const verdictSigns: Readonly<Record<VerdictView["kind"], { icon: string; word: string }>> = {
  book: { icon: "pass-filled", word: "the book's rule" },
  variant: { icon: "warning", word: "a variant" },
  mistake: { icon: "error", word: "a mistake" },
  undecided: { icon: "question", word: "undecided" },
};

/** The rule that the loss in the editor is: one sentence with numbers, the rule in mathematics, and what to do. */
export class VerdictLine extends Part {
  #explained = false;
  #noted = false;
  #meaning = "";

  protected override inputs(state: PanelState): readonly unknown[] {
    return [state.update, state.evaluation, state.draft, state.check, state.host?.trace?.diagnosis];
  }

  protected override render(): TemplateResult | typeof nothing {
    const loss = editedEvaluation(this.state)?.loss ?? this.state.update?.loss;
    const verdict = loss?.verdict;
    if (verdict === undefined) return nothing;
    const { icon, word } = verdictSigns[verdict.kind];
    return html`
      <section class="verdict" data-kind=${verdict.kind} ?data-stale=${hasErrors(this.state)} aria-label="Verdict">
        <span class="codicon codicon-${icon}" role="img" aria-label=${word}></span>
        <div>
          <p class="verdict-sentence">${verdictSentence(verdict)}${this.#actions(verdict)}</p>
          ${this.#explained && verdict.explanation !== "" ? html`<p class="quiet">${verdict.explanation}</p>` : nothing}
          ${verdict.undecided.length === 0 ? nothing : html`<p class="quiet">The data cannot decide: ${verdict.undecided.join("; ")}.</p>`}
          ${this.#diagnosed(verdict)}
          ${(this.state.update?.remarks ?? []).map((remark) => html`<p class="quiet">${remark}</p>`)}
          ${loss?.ratio === undefined ? nothing : ratioLine(loss.ratio)}
          ${this.#rule(verdict)}
          ${this.#noted ? notes(verdict) : nothing}
        </div>
      </section>
    `;
  }

  /** What the diagnosis of the whole trace makes of an update that decides nothing on its own. */
  #diagnosed({ kind }: VerdictView): TemplateResult | typeof nothing {
    const words = kind === "undecided" && !isEdited(this.state) ? diagnosedRule(this.state) : null;
    return words === null
      ? nothing
      : html`<p>By the diagnosis of the whole trace: <span class="number">${words}</span>.</p>`;
  }

  /** The rule in mathematics; what the pointer is on is said below it. */
  #rule({ rule, math, written }: VerdictView): TemplateResult {
    return html`
      <div class="rule-lines" @pointerover=${this.#point} @pointerleave=${this.#leave}>
        ${math.length === 0 ? html`<code class="rule">${rule}</code>` : math.map((line) => html`<div class="rule">${mathElement(line, document)}</div>`)}
        ${
          written === null || written.math.length === 0
            ? nothing
            : html`<div class="rule-written"><span class="quiet">as it is written</span>${written.math.map((line) => html`<div class="rule">${mathElement(line, document)}</div>`)}</div>`
        }
        <p class="rule-meaning quiet" role="status">${this.#meaning}</p>
      </div>
    `;
  }

  #point = (event: Event): void => this.#say(meaningAt(event.target));

  #leave = (): void => this.#say("");

  #say(meaning: string): void {
    if (meaning === this.#meaning) return;
    this.#meaning = meaning;
    this.requestUpdate();
  }

  #actions(verdict: VerdictView): TemplateResult {
    const why =
      verdict.explanation === ""
        ? nothing
        : this.#link("Why it matters", () => this.#explain(), this.#explained);
    const prove =
      hasErrors(this.state) || isOfTrace(this.state)
        ? nothing
        : this.#link("Prove", () => void this.panel.session.prove());
    const noted =
      verdict.notes.length === 0
        ? nothing
        : this.#link("About this rule", () => this.#toggleNotes(), this.#noted);
    return html`<span class="verdict-actions">${why}${noted}${verdict.fixes.map((fix) =>
      this.#link(fix.title, () => this.#fix(fix.text)),
    )}${prove}</span>`;
  }

  #link(title: string, act: () => void, expanded?: boolean): TemplateResult {
    return html`<button class="link-button" aria-expanded=${expanded ?? nothing} @click=${act}>${title}</button>`;
  }

  #explain(): void {
    this.#explained = !this.#explained;
    this.requestUpdate();
  }

  #toggleNotes(): void {
    this.#noted = !this.#noted;
    this.requestUpdate();
  }

  #fix(text: string): void {
    if (text !== editorText(this.state)) this.dispatch({ kind: "edit", text });
  }
}

/** What to know about the loss as a rule. */
function notes({ notes: all }: VerdictView): TemplateResult {
  return html`<dl class="rule-notes">${all.map(({ title, text }) => html`<dt>${title}</dt><dd>${text}</dd>`)}</dl>`;
}

/** Sets off the name before the first colon: it is what the eye looks for. */
export function verdictSentence(verdict: VerdictView): TemplateResult {
  const colon = verdict.sentence.indexOf(":");
  if (colon < 0) return html`${verdict.sentence}`;
  return html`<b>${verdict.sentence.slice(0, colon)}</b>${verdict.sentence.slice(colon)}`;
}

/** How far a minibatch's policy has gone from the one that acted. */
function ratioLine({ approximateKl, clipFraction, epsilon }: RatioView): TemplateResult {
  return html`<p class="quiet" title="mean of (ratio − 1) − ln ratio, and the share of steps with |ratio − 1| > ε">approximate KL <span class="number">${formatNumber(approximateKl)}</span> · clipped <span class="number">${formatNumber(100 * clipFraction)}</span> % (ε = ${epsilon})</p>`;
}
