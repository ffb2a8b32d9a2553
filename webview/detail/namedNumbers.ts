import { html, type TemplateResult } from "lit";
import type { StepView } from "../../src/protocol/views.ts";
import { formatNumber } from "../format.ts";

/** A step with the names of its numbers. */
export interface NamedStep {
  readonly step: StepView;
  readonly observationNames: readonly string[];
  readonly actionNames: readonly string[];
}

/** The observation as named numbers, for environments without a picture. */
export function namedNumbers({ step, observationNames, actionNames }: NamedStep): TemplateResult {
  const action =
    step.dimensions?.map(({ action: drawn }) => formatNumber(drawn)).join(", ") ??
    actionNames[step.action] ??
    String(step.action);
  return html`
    <dl class="named-numbers">
      ${step.observation.map((value, i) => html`<dt>${observationNames[i] ?? `observation ${i}`}</dt><dd class="number">${formatNumber(value)}</dd>`)}
      <dt>action</dt><dd>${action}</dd>
    </dl>
  `;
}
