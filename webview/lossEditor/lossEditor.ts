import type { EditorView } from "@codemirror/view";
import { html, nothing, type TemplateResult } from "lit";
import { type LossReading, readLoss } from "../../src/loss/editing/reading.ts";
import { PRINT_TITLES, type PrintTarget, printLoss } from "../../src/loss/print/print.ts";
import { offerTranslation } from "../../src/loss/python/offer.ts";
import type { Diagnostic } from "../../src/protocol/shared.ts";
import { canChange } from "../controls/availability.ts";
import { formatNumber } from "../format.ts";
import { Part } from "../part.ts";
import {
  editedEvaluation,
  editorText,
  hasErrors,
  isEdited,
  isOfTrace,
  trainingLoss,
  updateName,
} from "../selectors.ts";
import type { PanelState } from "../state.ts";
import { actionsMenu } from "./actionsMenu.ts";
import { showDiagnostics } from "./diagnostics.ts";
import { createEditor } from "./editor.ts";
import { applyEdits, replaceText } from "./edits.ts";
import { formatText } from "./formatting.ts";
import { appliedLosses, historyMenu } from "./historyMenu.ts";
import { showInlays } from "./inlays.ts";
import { readingOf } from "./reading.ts";

/** The loss as text, with what it means beside it and the way into the training. */
export class LossEditor extends Part {
  static override properties = {
    ...Part.properties,
    nonce: { attribute: false },
  };
  declare nonce: string;
  #view: EditorView | undefined;
  #shown: readonly unknown[] = [];
  #underlined = false;
  #found: readonly Diagnostic[] = [];
  #offered: readonly Diagnostic[] = [];
  /** What the last action on this text came to. */
  #notice = "";
  #noticeFor = "";

  protected override inputs(state: PanelState): readonly unknown[] {
    return [
      state.draft,
      state.update,
      state.check,
      state.evaluation,
      state.applied,
      state.host,
      state.progress?.state,
      state.curve?.lossChanges.length,
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#view?.destroy();
    this.#view = undefined;
  }

  protected override render(): TemplateResult {
    return html`
      <div class="section-head">
        <h2>Loss</h2>
        <span class="tag" data-kind=${this.#edited ? "edited" : "same"}>${this.#standing()}</span>
        <span class="section-actions">
          ${actionsMenu({ format: () => this.#view && formatText(this.#view), copyAs: (target) => this.#copyAs(target) })}
          ${historyMenu(appliedLosses(this.state), (text) => this.dispatch({ kind: "edit", text }))}
          ${isOfTrace(this.state) ? nothing : this.#fileButton()}
          <vscode-button secondary ?disabled=${this.state.draft === null} @click=${() => this.dispatch({ kind: "revert" })}>Revert</vscode-button>
          ${isOfTrace(this.state) ? nothing : this.#applyButton()}
        </span>
      </div>
      <div class="loss-text" ?data-failed=${hasErrors(this.state)}></div>
      ${this.#problem()}
    `;
  }

  protected override updated(): void {
    const parent = this.querySelector<HTMLElement>(".loss-text");
    if (parent === null) return;
    this.#view ??= createEditor(parent, editorText(this.state), {
      nonce: this.nonce,
      edited: (text) => {
        if (text !== editorText(this.state)) this.dispatch({ kind: "edit", text });
      },
      apply: () => this.#apply(),
      node: (text, offset) => this.panel.session.node(text, offset),
    });
    replaceText(this.#view, editorText(this.state));
    this.#showFindings(this.#view);
  }

  #fileButton(): TemplateResult {
    return html`<button class="icon-button" title="Open this loss as a file" aria-label="Open this loss as a file"
      @click=${() => this.panel.session.command("openLossFile")}><span class="codicon codicon-go-to-file" aria-hidden="true"></span></button>`;
  }

  #applyButton(): TemplateResult {
    const blocked = this.#applyBlocked();
    return html`<vscode-button ?disabled=${blocked !== null} title=${blocked ?? "Train with this loss from the next update on (Ctrl+Enter)"}
      @click=${() => this.#apply()}>Apply to Training</vscode-button>`;
  }

  get #edited(): boolean {
    return isEdited(this.state);
  }

  #standing(): string {
    const { applied, draft, update } = this.state;
    const text = editorText(this.state);
    if (applied?.text === text) return `applied from update ${applied.fromUpdate}`;
    if (draft !== null && text === trainingLoss(this.state)) return "the trainer's loss now";
    if (update?.trace !== undefined && !this.#edited) {
      return update.trace.hasWeights ? "as read from the trace" : "the book's loss, to try";
    }
    if (isOfTrace(this.state)) return "edited";
    if (this.#edited) return "edited, not applied";
    return update === null ? "the run's loss" : `of update ${update.update}`;
  }

  #applyBlocked(): string | null {
    const { host, progress } = this.state;
    if (!canChange({ host, training: progress?.state ?? null }))
      return "There is no training here that could take it";
    if (this.#diagnostics().some(({ severity }) => severity === "error")) return "The loss has an error";
    return editorText(this.state) === trainingLoss(this.state) ? "The trainer uses this loss already" : null;
  }

  #apply(): void {
    if (this.#applyBlocked() === null) void this.panel.session.applyLoss();
  }

  /** The engine's findings for this very text, else what the text alone shows; so too of update rules. Python is offered in translation. */
  #diagnostics(): readonly Diagnostic[] {
    const text = editorText(this.state);
    const { check } = this.state;
    const { rules, diagnostics } = this.#read(text);
    const found = check?.text === text && rules.length === 0 ? check.diagnostics : diagnostics;
    if (found !== this.#found) this.#offered = offerTranslation(text, found);
    this.#found = found;
    return this.#offered;
  }

  #read(text: string): LossReading {
    const inEditor = this.#view && readingOf(this.#view.state);
    return inEditor?.text === text ? inEditor : readLoss(text);
  }

  #showFindings(view: EditorView): void {
    const text = editorText(this.state);
    const { check, evaluation } = this.state;
    const shown = [text, check, evaluation];
    if (shown.every((value, i) => value === this.#shown[i])) return;
    this.#shown = shown;
    const diagnostics = this.#diagnostics();
    if (diagnostics.length > 0 || this.#underlined) showDiagnostics(view, diagnostics);
    this.#underlined = diagnostics.length > 0;
    if (check?.ok === true && check.text === text && evaluation !== null) showInlays(view, evaluation.inlays);
  }

  /** One line under the text: what is wrong with it, else what it comes to. */
  #problem(): TemplateResult | typeof nothing {
    const problem = this.#diagnostics().find(
      ({ severity }) => severity === "error" || severity === "warning",
    );
    if (problem === undefined) return this.#result();
    return html`
      <p class="problem" data-severity=${problem.severity} role="status">
        <span class="codicon codicon-${problem.severity}" aria-hidden="true"></span>
        <span>${problem.message} ${problem.hint === undefined ? nothing : html`<span class="quiet">${problem.hint}</span>`}
        ${(problem.fixes ?? []).map((fix) => html`<button class="link-button" @click=${() => this.#fix(fix.edits)}>${fix.title}</button>`)}</span>
      </p>
    `;
  }

  #result(): TemplateResult {
    const { update } = this.state;
    const notice = this.#noticeFor === editorText(this.state) ? this.#notice : "";
    if (update === null) return html`<p class="problem quiet" role="status">${notice}</p>`;
    const after = editedEvaluation(this.state)?.loss.value;
    const { value: own } = update.loss;
    const value = isOfTrace(this.state) && Number.isNaN(own) ? "not recorded" : formatNumber(own, 7);
    return html`
      <p class="problem quiet" role="status">
        <span>loss <b class="number">${value}</b>${after === undefined ? nothing : html` → <b class="number">${formatNumber(after, 7)}</b>`} on the batch of update ${updateName(update)}</span><span>${notice}</span>
      </p>
    `;
  }

  /** Puts the loss on the clipboard in another language; what stands in the way is said below the text. */
  #copyAs(target: PrintTarget): void {
    const printed = printLoss(editorText(this.state), target);
    if (printed.ok) void this.panel.session.copy(printed.text);
    this.#notice = printed.ok ? `copied as ${PRINT_TITLES[target]}` : (printed.diagnostics[0]?.message ?? "");
    this.#noticeFor = editorText(this.state);
    this.requestUpdate();
  }

  #fix(edits: NonNullable<Diagnostic["fixes"]>[number]["edits"]): void {
    if (this.#view !== undefined) applyEdits(this.#view, edits);
  }
}
