import type { SceneView, ShapeView } from "../../protocol/scene.ts";
import type { DrawnStep } from "../environment.ts";
import { frame, sceneWidth, short } from "./shapes.ts";

const names = ["a", "b"];
const top = 26;
const size = 52;

/** Two doors, a and b, with what each pays under the observation; the arrow goes through the one chosen. */
export function drawDoors(
  seenWords: (observation: readonly number[]) => string,
  pays: (observation: readonly number[], action: number) => number,
): (step: DrawnStep) => SceneView {
  return ({ observation, action }) => {
    const seen = Array.from(observation);
    const chosen = action[0]!;
    const doors = [0, 1].flatMap((door): ShapeView[] => {
      const x = 56 + door * 76;
      return [
        frame(x, top, size, size, "ground"),
        { kind: "text", x: x + size / 2, y: top + 16, text: names[door]! },
        { kind: "text", x: x + size / 2, y: top + size + 16, text: short(pays(seen, door)) },
      ];
    });
    const x = 56 + chosen * 76 + size / 2;
    return {
      width: sceneWidth,
      height: 104,
      shapes: [
        ...doors,
        { kind: "text", x: sceneWidth / 2, y: 14, text: seenWords(seen) },
        { kind: "circle", x, y: top + size - 12, radius: 6, role: "agent" },
        { kind: "arrow", points: [x, top + size - 20, x, top + 20], output: chosen },
      ],
      words: `${seenWords(seen)}: chose ${names[chosen]}, which pays ${short(pays(seen, chosen))}; ${names[1 - chosen]} pays ${short(pays(seen, 1 - chosen))}.`,
    };
  };
}
