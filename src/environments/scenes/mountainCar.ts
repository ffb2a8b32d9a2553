import type { SceneView, ShapeView } from "../../protocol/scene.ts";
import type { DrawnStep } from "../environment.ts";
import { clippedWords, sceneWidth, short } from "./shapes.ts";

const left = -1.2;
const right = 0.6;
const across = (sceneWidth - 20) / (right - left);
const screenX = (position: number) => 10 + (position - left) * across;
const screenY = (position: number) => 104 - (Math.sin(3 * position) + 1) * 38;

/** The valley with car and flag; the arrow is the engine's push, in choices of three. */
export function drawMountainCar(step: DrawnStep): SceneView {
  const push = step.action[0]! - 1;
  const engine = ["pushes left", "coasts", "pushes right"][step.action[0]!] ?? "";
  return valley(step, 0.5, push, step.action[0]!, `the engine ${engine}`);
}

/** The valley with car and flag; the arrow is as long as the force that counts. */
export function drawMountainCarContinuous(step: DrawnStep): SceneView {
  const force = step.action[0]!;
  const counted = Math.min(Math.max(force, -1), 1);
  return valley(step, 0.45, counted, 0, `force ${short(force)}${clippedWords(force, -1, 1)}`);
}

function valley(
  { observation }: DrawnStep,
  goal: number,
  push: number,
  output: number,
  words: string,
): SceneView {
  const [position = -0.5, velocity = 0] = Array.from(observation);
  const slope = Math.atan2(
    screenY(position + 0.01) - screenY(position - 0.01),
    screenX(position + 0.01) - screenX(position - 0.01),
  );
  const x = screenX(position) + 7 * Math.sin(slope);
  const y = screenY(position) - 7 * Math.cos(slope);
  const along = (distance: number) => [x + distance * Math.cos(slope), y + distance * Math.sin(slope)];
  const arrow: readonly ShapeView[] =
    push === 0
      ? []
      : [
          {
            kind: "arrow",
            points: [...along(10 * Math.sign(push)), ...along(10 * Math.sign(push) + 24 * push)],
            output,
          },
        ];
  const flag = [screenX(goal), screenY(goal)] as const;
  return {
    width: sceneWidth,
    height: 116,
    shapes: [
      { kind: "line", points: track(), role: "ground" },
      { kind: "line", points: [flag[0], flag[1], flag[0], flag[1] - 22], role: "goal" },
      {
        kind: "area",
        points: [flag[0], flag[1] - 22, flag[0] + 12, flag[1] - 18, flag[0], flag[1] - 14],
        role: "goal",
      },
      { kind: "circle", x, y, radius: 7, role: "agent" },
      ...arrow,
    ],
    words: `Car at ${short(position)}, speed ${short(velocity)}, the flag at ${goal}; ${words}.`,
  };
}

function track(): number[] {
  const parts = 60;
  return Array.from({ length: parts + 1 }, (_, i) => left + ((right - left) * i) / parts).flatMap((at) => [
    screenX(at),
    screenY(at),
  ]);
}
