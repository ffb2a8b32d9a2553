import { html, type TemplateResult } from "lit";
import { formatNumber } from "../format.ts";
import type { SceneInput } from "./scenes.ts";

/** The observation as named numbers, for environments without a picture. */
export function namedNumbers({ step, observationNames, actionNames }: SceneInput): TemplateResult {
  const action = actionNames[step.action] ?? String(step.action);
  return html`
    <dl class="named-numbers">
      ${step.observation.map((value, i) => html`<dt>${observationNames[i] ?? `observation ${i}`}</dt><dd class="number">${formatNumber(value)}</dd>`)}
      <dt>action</dt><dd>${action}</dd>
    </dl>
  `;
}
