import { html, svg, type TemplateResult } from "lit";
import type { SceneInput } from "./scenes.ts";

const cells = ["S", "⇄", "", "G"];
const cell = 48;
const top = 20;
const left = 24;

/** The four cells of the short corridor: start, the one with switched actions, the third, the goal. */
export function corridorScene({ step, actionNames }: SceneInput): TemplateResult {
  const place = step.state?.[0];
  const action = actionNames[step.action] ?? String(step.action);
  const where = place === undefined ? "The place is not recorded" : `In cell ${place + 1} of 4`;
  const words = `${where}; the policy, to which all cells look alike, chose ${action}.`;
  return html`
    <svg class="scene" viewBox="0 0 240 96" role="img" aria-label=${words}>
      <title>${words}</title>
      ${cells.map(
        (label, i) => svg`
        <rect class="cell" x=${left + i * cell} y=${top} width=${cell} height=${cell} />
        <text class="scene-label" x=${left + (i + 0.5) * cell} y=${top + cell + 16} text-anchor="middle">${label}</text>
      `,
      )}
      ${place === undefined ? svg`` : walker(place, step.action)}
    </svg>
    ${place === undefined ? html`<p class="quiet">${words}</p>` : html``}
  `;
}

/** The agent, and the way it really goes: the second cell swaps left and right. */
function walker(place: number, action: number): TemplateResult {
  const x = left + (place + 0.5) * cell;
  const y = top + cell / 2;
  const direction = (action === 1) !== (place === 1) ? 1 : -1;
  return svg`
    <circle class="walker" cx=${x} cy=${y} r="8" />
    <path class="action-arrow output-${action % 6}" d="M${x + direction * 12} ${y}h${direction * 22}m${-direction * 6} -5l${direction * 6} 5l${-direction * 6} 5" />
  `;
}
