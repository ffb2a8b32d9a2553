import type { SceneView } from "../../protocol/scene.ts";
import type { DrawnStep } from "../environment.ts";
import { clippedWords, sceneWidth, short, turn } from "./shapes.ts";

const height = 156;
const pivot = { x: sceneWidth / 2, y: height / 2 };
const length = 56;

/** The pendulum, θ = 0 upright and positive to the left, and the torque that counts as an arc. */
export function drawPendulum({ observation, action }: DrawnStep): SceneView {
  const [cosine = 1, sine = 0, velocity = 0] = Array.from(observation);
  const torque = action[0]!;
  const counted = Math.min(Math.max(torque, -2), 2);
  // The arc starts where the rod is not.
  const opposite = Math.atan2(cosine, sine);
  const degrees = short((Math.atan2(sine, cosine) * 180) / Math.PI);
  return {
    width: sceneWidth,
    height,
    shapes: [
      { kind: "line", points: [pivot.x, pivot.y - length - 8, pivot.x, pivot.y - length - 18], role: "goal" },
      {
        kind: "line",
        points: [pivot.x, pivot.y, pivot.x - length * sine, pivot.y - length * cosine],
        role: "agent",
        width: 9,
      },
      { kind: "circle", x: pivot.x, y: pivot.y, radius: 4, role: "body" },
      ...(counted === 0 ? [] : [turn(pivot.x, pivot.y, 24, opposite, -1.2 * counted, 0)]),
    ],
    words: `Pendulum ${degrees}° from upright, ${short(velocity)} rad/s; torque ${short(torque)}${clippedWords(torque, -2, 2)}.`,
  };
}
