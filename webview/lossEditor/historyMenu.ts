import { html, nothing, type TemplateResult } from "lit";
import { placeMenu } from "../menu.ts";
import { shownRun } from "../selectors.ts";
import type { PanelState } from "../state.ts";

export interface AppliedLoss {
  readonly fromUpdate: number;
  readonly text: string;
}

/** The losses that the run has been trained with, the newest first. */
export function appliedLosses(state: PanelState): readonly AppliedLoss[] {
  const first = shownRun(state)?.settings.loss;
  const changes = (state.curve?.lossChanges ?? []).map(({ update, text }) => ({ fromUpdate: update, text }));
  const started = first === undefined || changes[0]?.fromUpdate === 1 ? [] : [{ fromUpdate: 1, text: first }];
  return [...started, ...changes].reverse();
}

/** A menu that brings a loss of before back into the editor. */
export function historyMenu(
  losses: readonly AppliedLoss[],
  choose: (text: string) => void,
): TemplateResult | typeof nothing {
  if (losses.length < 2) return nothing;
  return html`
    <button class="text-button" popovertarget="loss-history" aria-haspopup="dialog">History<span class="codicon codicon-chevron-down" aria-hidden="true"></span></button>
    <div class="menu" id="loss-history" popover aria-label="Losses applied so far" @beforetoggle=${placeMenu}>
      ${losses.map(
        ({ fromUpdate, text }) => html`
          <button class="menu-item" popovertarget="loss-history" popovertargetaction="hide" @click=${() => choose(text)}>
            <span class="quiet">from update ${fromUpdate}</span><code>${lastLine(text)}</code>
          </button>
        `,
      )}
    </div>
  `;
}

function lastLine(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.trim().startsWith("#"));
  return lines.at(-1) ?? "";
}
