import { html, type TemplateResult } from "lit";
import { PRINT_TARGETS, PRINT_TITLES, type PrintTarget } from "../../src/loss/print/print.ts";
import { placeMenu } from "../menu.ts";

/** What the menu of the loss editor does. */
export interface LossActions {
  readonly format: () => void;
  readonly copyAs: (target: PrintTarget) => void;
}

/** The menu of what can be done with the text: format it, copy it in another language. */
export function actionsMenu({ format, copyAs }: LossActions): TemplateResult {
  return html`
    <button class="icon-button" popovertarget="loss-actions" aria-haspopup="dialog" title="Copy as…, format" aria-label="More about the loss"><span class="codicon codicon-ellipsis" aria-hidden="true"></span></button>
    <div class="menu actions-menu" id="loss-actions" popover aria-label="More about the loss" @beforetoggle=${placeMenu}>
      ${PRINT_TARGETS.map((target) => item(`Copy as ${PRINT_TITLES[target]}`, "", () => copyAs(target)))}
      ${item("Format", "Shift+Alt+F", format)}
    </div>
  `;
}

function item(title: string, keys: string, act: () => void): TemplateResult {
  return html`
    <button class="menu-item" popovertarget="loss-actions" popovertargetaction="hide" @click=${act}><span>${title}</span><span class="quiet">${keys}</span></button>
  `;
}
