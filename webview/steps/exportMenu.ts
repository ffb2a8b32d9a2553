import { html, type TemplateResult } from "lit";
import type { PanelCommand } from "../../src/protocol/panel.ts";
import { placeMenu } from "../menu.ts";

const exports: readonly { readonly command: PanelCommand; readonly title: string }[] = [
  { command: "exportCsv", title: "These steps as CSV…" },
  { command: "exportTrace", title: "The update as a trace…" },
  { command: "exportPytorch", title: "A PyTorch script that makes it again…" },
  { command: "exportNumpy", title: "A NumPy script that makes it again…" },
];

/** Writes the selected update into a file; the editor asks where. */
export function exportMenu(run: (command: PanelCommand) => void): TemplateResult {
  return html`
    <button class="text-button small" popovertarget="step-export" aria-haspopup="dialog">Export<span class="codicon codicon-chevron-down" aria-hidden="true"></span></button>
    <div class="menu column-menu" id="step-export" popover role="group" aria-label="Export the selected update" @beforetoggle=${placeMenu}>
      ${exports.map(
        ({ command, title }) => html`
          <button class="menu-item" data-command=${command} popovertarget="step-export" popovertargetaction="hide" @click=${() => run(command)}>${title}</button>
        `,
      )}
    </div>
  `;
}
