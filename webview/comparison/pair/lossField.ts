import type { EditorView } from "@codemirror/view";
import { html, LitElement, type TemplateResult } from "lit";
import type { Diagnostic } from "../../../src/protocol/shared.ts";
import { showDiagnostics } from "../../lossEditor/diagnostics.ts";
import { createEditor } from "../../lossEditor/editor.ts";
import { replaceText } from "../../lossEditor/edits.ts";

/** One of two loss texts, to be edited. */
export class LossField extends LitElement {
  static override properties = {
    text: { attribute: false },
    diagnostics: { attribute: false },
    label: { attribute: false },
  };
  declare text: string;
  declare diagnostics: readonly Diagnostic[];
  declare label: string;
  declare nonce: string;
  declare changed: (text: string) => void;
  #view: EditorView | undefined;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#view?.destroy();
    this.#view = undefined;
  }

  protected override render(): TemplateResult {
    return html`<div class="loss-text"></div>`;
  }

  protected override updated(): void {
    this.#view ??= createEditor(this.querySelector<HTMLElement>(".loss-text")!, this.text, {
      nonce: this.nonce,
      label: this.label,
      edited: (text) => {
        if (text !== this.text) this.changed(text);
      },
      apply: () => {},
      node: () => Promise.resolve(null),
    });
    replaceText(this.#view, this.text);
    showDiagnostics(this.#view, this.diagnostics);
  }
}
