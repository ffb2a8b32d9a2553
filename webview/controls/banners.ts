import { html, nothing, type TemplateResult } from "lit";
import { Part } from "../part.ts";
import type { PanelState } from "../state.ts";

/** What a person should know before trusting the picture: engine down, damaged numbers, failed questions. */
export class StateBanners extends Part {
  protected override inputs(state: PanelState): readonly unknown[] {
    return [state.host, state.probe, state.failures];
  }

  protected override render(): TemplateResult {
    return html`<div class="banners">${this.#engine()}${this.#probe()}${this.#trust()}${this.#failures()}</div>`;
  }

  #engine(): TemplateResult | typeof nothing {
    const health = this.state.host?.engine;
    if (health === undefined || health.state === "running") return nothing;
    if (health.state === "starting")
      return banner("info", "loading codicon-modifier-spin", html`The engine is starting…`);
    const keeps = "What is shown below is the last that arrived.";
    if (health.state === "restarting") {
      return banner(
        "warning",
        "sync codicon-modifier-spin",
        html`The engine is being restarted. ${health.message} ${keeps}`,
      );
    }
    return banner("error", "error", html`<b>The engine is down.</b> ${health.message} ${keeps}`, [
      this.#action("Restart", () => this.panel.session.command("restartEngine")),
      this.#action("Show Log", () => this.panel.session.command("showLog")),
    ]);
  }

  #probe(): TemplateResult | typeof nothing {
    if (this.state.probe !== "damaged") return nothing;
    return banner(
      "error",
      "warning",
      html`<b>Numbers arrive damaged.</b> A test array came back from the editor changed, so nothing shown here can
        be trusted. Another extension may be altering webview messages: try again with other extensions disabled.`,
    );
  }

  #trust(): TemplateResult | typeof nothing {
    if (this.state.host?.trusted !== false) return nothing;
    return banner(
      "info",
      "shield",
      html`Restricted Mode: runs can be opened and losses evaluated; programs that settings of this folder name are
        not started until you trust it.`,
    );
  }

  #failures(): TemplateResult | typeof nothing {
    const messages = [...new Set(Object.values(this.state.failures))];
    if (messages.length === 0 || this.state.host?.engine.state === "down") return nothing;
    return banner("error", "error", html`${messages.join(" · ")}`, [
      this.#action("Show Log", () => this.panel.session.command("showLog")),
    ]);
  }

  #action(title: string, act: () => unknown): TemplateResult {
    return html`<vscode-button secondary @click=${act}>${title}</vscode-button>`;
  }
}

function banner(
  kind: "info" | "warning" | "error",
  icon: string,
  text: TemplateResult,
  actions: readonly TemplateResult[] = [],
): TemplateResult {
  return html`
    <div class="banner" data-kind=${kind} role=${kind === "info" ? "status" : "alert"}>
      <span class="codicon codicon-${icon}" aria-hidden="true"></span>
      <span class="banner-text">${text}</span>
      ${actions}
    </div>
  `;
}
