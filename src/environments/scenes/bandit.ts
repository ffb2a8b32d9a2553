import type { SceneView, ShapeView } from "../../protocol/scene.ts";
import type { DrawnStep } from "../environment.ts";
import { box, sceneWidth, short } from "./shapes.ts";

const height = 120;
const margin = 24;

/** The arms of a bandit as bars of their mean rewards; the arrow points at the arm that was pulled. */
export function drawArms(means: readonly number[]): (step: DrawnStep) => SceneView {
  const highest = Math.max(0, ...means);
  const lowest = Math.min(0, ...means);
  const unit = (height - 2 * margin) / (highest - lowest);
  const base = margin + highest * unit;
  const spacing = (sceneWidth - 20) / means.length;
  const bars = means.flatMap((mean, arm): ShapeView[] => {
    const x = 10 + (arm + 0.2) * spacing;
    const top = Math.min(base, base - mean * unit);
    return [
      box(x, top, spacing * 0.6, Math.abs(mean) * unit, "body"),
      { kind: "text", x: x + spacing * 0.3, y: height - 4, text: String(arm) },
    ];
  });
  return ({ action }) => {
    const arm = action[0]!;
    const x = 10 + (arm + 0.5) * spacing;
    const end = base - Math.max(0, means[arm]!) * unit - 3;
    return {
      width: sceneWidth,
      height,
      shapes: [
        ...bars,
        { kind: "line", points: [10, base, sceneWidth - 10, base], role: "ground" },
        { kind: "arrow", points: [x, end - 18, x, end], output: arm },
      ],
      words: `Pulled arm ${arm} of ${means.length}, which pays ${short(means[arm]!)} on average; the best pays ${short(Math.max(...means))}.`,
    };
  };
}

/** The reward over the real-valued action, and the action taken. */
export function drawContinuousBandit(best: number): (step: DrawnStep) => SceneView {
  const screenX = (action: number) => sceneWidth / 2 + (action - best) * 26;
  const screenY = (action: number) => 20 + (action - best) ** 2 * 5;
  const marks = Array.from({ length: 33 }, (_, i) => best - 4 + i / 4);
  return ({ action: [action = 0] }) => {
    const shown = Math.min(Math.max(action, best - 4), best + 4);
    const at = [screenX(shown), screenY(shown)] as const;
    return {
      width: sceneWidth,
      height,
      shapes: [
        { kind: "line", points: marks.flatMap((x) => [screenX(x), screenY(x)]), role: "ground" },
        { kind: "line", points: [screenX(best), 20, screenX(best), 108], role: "goal" },
        { kind: "text", x: screenX(best), y: 118, text: short(best) },
        { kind: "circle", x: at[0], y: at[1], radius: 5, role: "agent" },
      ],
      words: `Action ${short(action)}; the best is ${short(best)}, and a reward falls with the square of the distance.`,
    };
  };
}
