import type { SceneView } from "../../protocol/scene.ts";
import type { DrawnStep } from "../environment.ts";
import { frame, sceneWidth } from "./shapes.ts";

const cells = ["S", "⇄", "", "G"];
const cell = 48;
const top = 20;
const left = 24;

/** The four cells of the short corridor: start, the one with switched actions, the third, the goal. */
export function drawCorridor({ state, action }: DrawnStep): SceneView {
  const place = state?.[0];
  const where = place === undefined ? "The place is not recorded" : `In cell ${place + 1} of 4`;
  return {
    width: sceneWidth,
    height: 96,
    shapes: [
      ...cells.flatMap(
        (text, i) =>
          [
            frame(left + i * cell, top, cell, cell, "ground"),
            { kind: "text", x: left + (i + 0.5) * cell, y: top + cell + 16, text },
          ] as const,
      ),
      ...(place === undefined ? [] : walker(place, action[0]!)),
    ],
    words: `${where}; the policy, to which all cells look alike, chose ${action[0] === 0 ? "left" : "right"}.`,
  };
}

/** The agent, and the way it really goes: the second cell swaps left and right. */
function walker(place: number, action: number) {
  const x = left + (place + 0.5) * cell;
  const y = top + cell / 2;
  const direction = (action === 1) !== (place === 1) ? 1 : -1;
  return [
    { kind: "circle", x, y, radius: 8, role: "agent" },
    { kind: "arrow", points: [x + direction * 12, y, x + direction * 34, y], output: action },
  ] as const;
}
