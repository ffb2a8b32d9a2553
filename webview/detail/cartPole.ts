import { html, svg, type TemplateResult } from "lit";
import { formatExact, formatNumber } from "../format.ts";
import type { SceneInput } from "./scenes.ts";

/** Half of the track in metres; Gymnasium's CartPole ends an episode beyond it. */
const trackLimit = 2.4;
const width = 240;
const height = 132;
const ground = 112;
const poleLength = 76;
const metre = (width - 40) / (2 * trackLimit);

/** Cart, pole and the push of the action, seen from the side. */
export function cartPoleScene({ step, actionNames }: SceneInput): TemplateResult {
  const [position = 0, , angle = 0] = step.observation;
  const x = width / 2 + position * metre;
  const action = actionNames[step.action] ?? String(step.action);
  const words = `Cart at ${formatNumber(position, 3)} m of ±2.4, pole ${formatNumber((angle * 180) / Math.PI, 3)}° from upright, pushed ${action}.`;
  const tip = { x: x + poleLength * Math.sin(angle), y: ground - 14 - poleLength * Math.cos(angle) };
  const direction = step.action === 0 ? -1 : 1;
  return html`
    <svg class="scene" viewBox="0 0 ${width} ${height}" role="img" aria-label=${words}>
      <title>${words}</title>
      ${svg`
        <line class="ground" x1="10" x2=${width - 10} y1=${ground} y2=${ground} />
        ${[-trackLimit, 0, trackLimit].map(
          (at) => svg`
          <line class="ground" x1=${width / 2 + at * metre} x2=${width / 2 + at * metre} y1=${ground} y2=${ground + 4} />
          <text class="scene-label" x=${width / 2 + at * metre} y=${ground + 16} text-anchor="middle">${formatExact(at)}</text>
        `,
        )}
        <rect class="cart" x=${x - 20} y=${ground - 14} width="40" height="13" rx="2" />
        <line class="pole" x1=${x} y1=${ground - 13} x2=${tip.x} y2=${tip.y} />
        <circle class="axle" cx=${x} cy=${ground - 13} r="2.5" />
        ${arrow(x + direction * 24, ground - 7, direction, step.action)}
      `}
    </svg>
  `;
}

function arrow(x: number, y: number, direction: number, action: number): TemplateResult {
  const end = x + direction * 26;
  return svg`<path class="action-arrow output-${action % 6}" d="M${x} ${y}H${end}m${-direction * 6} -5l${direction * 6} 5l${-direction * 6} 5" />`;
}
