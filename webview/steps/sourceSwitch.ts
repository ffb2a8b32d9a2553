import { html, nothing, type TemplateResult } from "lit";
import type { Source } from "../../src/protocol/engine.ts";
import { editedEvaluation, ownWord, shownSource } from "../selectors.ts";
import type { PanelState } from "../state.ts";

const sources: readonly Source[] = ["trainer", "edited", "difference"];

/** Chooses whose numbers charts, table and detail show; there is a choice only while the loss is edited. */
export function sourceSwitch(
  state: PanelState,
  choose: (source: Source) => void,
): TemplateResult | typeof nothing {
  if (editedEvaluation(state) === null) return nothing;
  const shown = shownSource(state);
  return html`
    <div class="segments" role="radiogroup" aria-label="Whose numbers are shown">
      ${sources.map(
        (source) => html`
          <label><input type="radio" name="source" .checked=${source === shown} @change=${() => choose(source)} /><span>${source === "trainer" ? ownWord(state) : source}</span></label>
        `,
      )}
    </div>
  `;
}
