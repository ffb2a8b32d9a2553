import type { SceneView } from "../../protocol/scene.ts";
import type { DrawnStep } from "../environment.ts";
import { box, sceneWidth, short } from "./shapes.ts";

const trackLimit = 2.4;
const ground = 112;
const poleLength = 76;
const metre = (sceneWidth - 40) / (2 * trackLimit);

/** Cart, pole and the push of the action, seen from the side. */
export function drawCartPole({ observation, action }: DrawnStep): SceneView {
  const [position = 0, , angle = 0] = Array.from(observation);
  const x = sceneWidth / 2 + position * metre;
  const axle = ground - 14;
  const direction = action[0] === 0 ? -1 : 1;
  const degrees = short((angle * 180) / Math.PI);
  return {
    width: sceneWidth,
    height: 132,
    shapes: [
      { kind: "line", points: [10, ground, sceneWidth - 10, ground], role: "ground" },
      ...[-trackLimit, 0, trackLimit].flatMap((at) => mark(sceneWidth / 2 + at * metre, short(at))),
      box(x - 20, axle, 40, 13, "body"),
      {
        kind: "line",
        points: [x, axle + 1, x + poleLength * Math.sin(angle), axle - poleLength * Math.cos(angle)],
        role: "agent",
        width: 5,
      },
      {
        kind: "arrow",
        points: [x + direction * 24, ground - 7, x + direction * 50, ground - 7],
        output: action[0]!,
      },
    ],
    words: `Cart at ${short(position)} m of ±2.4, pole ${degrees}° from upright, pushed ${direction < 0 ? "left" : "right"}.`,
  };
}

function mark(x: number, text: string) {
  return [
    { kind: "line", points: [x, ground, x, ground + 4], role: "ground" },
    { kind: "text", x, y: ground + 16, text },
  ] as const;
}
