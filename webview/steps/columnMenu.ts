import { html, type TemplateResult } from "lit";
import { placeMenu } from "../menu.ts";
import type { TableColumn } from "./layout.ts";

/** Chooses which columns the step table shows. */
export function columnMenu(
  all: readonly TableColumn[],
  shown: readonly TableColumn[],
  choose: (keys: readonly string[]) => void,
): TemplateResult {
  const keys = new Set(shown.map((column) => column.key));
  const toggle = (key: string) => {
    const next = new Set(keys);
    if (!next.delete(key)) next.add(key);
    if (next.size > 0) choose(all.map((column) => column.key).filter((candidate) => next.has(candidate)));
  };
  return html`
    <button class="text-button small" popovertarget="step-columns" aria-haspopup="dialog">Columns<span class="codicon codicon-chevron-down" aria-hidden="true"></span></button>
    <div class="menu column-menu" id="step-columns" popover role="group" aria-label="Columns of the step table" @beforetoggle=${placeMenu}>
      ${all.map(
        (column) => html`
          <label class="menu-item" title=${column.description}>
            <input type="checkbox" .checked=${keys.has(column.key)} @change=${() => toggle(column.key)} />${column.label}
          </label>
        `,
      )}
    </div>
  `;
}
