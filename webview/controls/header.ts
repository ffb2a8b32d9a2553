import { html, nothing, type TemplateResult } from "lit";
import type { RunView, TrainingProgress } from "../../src/protocol/views.ts";
import { formatCount, formatNumber, formatRate } from "../format.ts";
import { Part } from "../part.ts";
import { shownRun } from "../selectors.ts";
import type { PanelState } from "../state.ts";
import { blockedBecause, type RunControl, visibleControls } from "./availability.ts";

/** What trains, how well, and the buttons that steer it. */
export class RunHeader extends Part {
  protected override inputs(state: PanelState): readonly unknown[] {
    return [state.host, state.progress, state.updates, state.update];
  }

  protected override render(): TemplateResult {
    const { progress, updates } = this.state;
    const run = shownRun(this.state);
    return html`
      <header class="run-header">
        <div class="run-name">${run === null ? html`<h1>Policy Gradient Inspector</h1>` : runName(run)}</div>
        ${progress === null ? nothing : liveFigures({ ...progress, update: updates })}
        ${run === null ? nothing : html`<pgi-backend .panel=${this.panel}></pgi-backend>`}
        ${run === null ? nothing : this.#controls()}
        <pgi-settings .panel=${this.panel}></pgi-settings>
      </header>
    `;
  }

  #controls(): TemplateResult {
    return html`
      <div class="run-controls" role="group" aria-label="Run controls">
          ${visibleControls(this.state.progress?.state ?? null).map((control) => this.#button(control))}
          <button class="text-button" @click=${() => this.panel.session.command("train")}>
            <span class="codicon codicon-add" aria-hidden="true"></span>Train…
          </button>
        </div>
    `;
  }

  #button(control: RunControl): TemplateResult {
    const situation = { host: this.state.host, training: this.state.progress?.state ?? null };
    const reason = blockedBecause(control, situation);
    const title = reason === null ? control.title : `${control.title}: not now, ${reason}`;
    return html`
      <button class="icon-button" title=${title} aria-label=${control.title} ?disabled=${reason !== null}
        data-command=${control.command} @click=${() => this.panel.session.command(control.command)}>
        <span class="codicon codicon-${control.icon}" aria-hidden="true"></span>
      </button>
    `;
  }
}

function runName(run: RunView): TemplateResult {
  const { settings } = run;
  const sizes = [run.observationNames.length, ...settings.hidden, run.actionNames.length].join("-");
  return html`
    <h1 title=${run.path}>${settings.environment}</h1>
    <span class="quiet">${run.algorithmTitle} · ${sizes} · seed ${settings.seed}</span>
  `;
}

function liveFigures(progress: TrainingProgress): TemplateResult {
  const average = `average of 100: ${formatNumber(progress.averageReturn, 3)}`;
  return html`
    <span class="pill" data-state=${progress.state}>${progress.state}</span>
    ${progress.solved ? html`<span class="pill" data-state="solved">solved</span>` : nothing}
    <span class="live-figures quiet">
      <span>${average}</span>
      <span>update <b>${formatCount(progress.update)}</b></span>
      ${progress.episode === progress.update ? nothing : html`<span>episode ${formatCount(progress.episode)}</span>`}
      ${progress.state === "training" ? html`<span>${formatRate(progress.stepsPerSecond)} steps/s</span>` : nothing}
      ${progress.message === undefined ? nothing : html`<span class="notice">${progress.message}</span>`}
    </span>
  `;
}
