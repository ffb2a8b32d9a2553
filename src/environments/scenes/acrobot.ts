import type { SceneView } from "../../protocol/scene.ts";
import type { DrawnStep } from "../environment.ts";
import { sceneWidth, short, turn } from "./shapes.ts";

const height = 176;
const pivot = { x: sceneWidth / 2, y: height / 2 + 4 };
/** Pixels of a link, 1 m. */
const link = 40;

/** The two links, the line that the tip must pass, and the torque at the joint between them. */
export function drawAcrobot({ observation, action }: DrawnStep): SceneView {
  const [cosine1 = 1, sine1 = 0, cosine2 = 1, sine2 = 0] = Array.from(observation);
  const joint = { x: pivot.x + link * sine1, y: pivot.y + link * cosine1 };
  const sine = sine1 * cosine2 + cosine1 * sine2;
  const cosine = cosine1 * cosine2 - sine1 * sine2;
  const tip = { x: joint.x + link * sine, y: joint.y + link * cosine };
  const torque = action[0]! - 1;
  const line = pivot.y - link;
  return {
    width: sceneWidth,
    height,
    shapes: [
      { kind: "line", points: [20, line, sceneWidth - 20, line], role: "goal" },
      { kind: "line", points: [pivot.x, pivot.y, joint.x, joint.y], role: "body", width: 6 },
      { kind: "line", points: [joint.x, joint.y, tip.x, tip.y], role: "agent", width: 6 },
      { kind: "circle", x: pivot.x, y: pivot.y, radius: 4, role: "body" },
      // A positive angle turns to the right of hanging down, which is anticlockwise on the screen.
      ...(torque === 0 ? [] : [turn(joint.x, joint.y, 13, Math.PI / 2 + torque, -2 * torque, action[0]!)]),
    ],
    words: `Tip ${short((pivot.y - tip.y) / link)} m above the joint, the line at 1; torque ${short(torque)}.`,
  };
}
