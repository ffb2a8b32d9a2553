import { html, type TemplateResult } from "lit";
import { Part } from "../part.ts";
import type { PanelState } from "../state.ts";

/** What the page shows before there is a run: one sentence and the ways to get one. */
export class EmptyState extends Part {
  protected override inputs(state: PanelState): readonly unknown[] {
    return [state.host];
  }

  protected override render(): TemplateResult {
    const { host } = this.state;
    if (host === null) return html`<main class="empty"><p class="quiet" role="status">Loading…</p></main>`;
    const command = (name: "train" | "openRun") => () => this.panel.session.command(name);
    return html`
      <main class="empty">
        <h2>No run is open</h2>
        <p>Train a policy and open each of its updates like a stack frame: every step's return, weight and
          gradient, with the loss above as text you can edit.</p>
        <div class="empty-actions">
          <vscode-button ?disabled=${host.engine.state !== "running"} @click=${command("train")}>Train REINFORCE</vscode-button>
          <vscode-button secondary @click=${command("openRun")}>Open Run…</vscode-button>
        </div>
      </main>
    `;
  }
}
