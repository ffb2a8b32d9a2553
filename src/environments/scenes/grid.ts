import type { SceneView, ShapeRole, ShapeView } from "../../protocol/scene.ts";
import type { DrawnStep } from "../environment.ts";
import type { Grid } from "../gridWorld.ts";
import { box, frame, sceneWidth } from "./shapes.ts";

/** A grid world seen from above: what its cells are, where the agent stands, and which way it means to go. */
export function drawGrid(grid: Grid, roleOf: (cell: number) => ShapeRole): (step: DrawnStep) => SceneView {
  const { rows, columns, moves, actionNames } = grid;
  const size = Math.min(34, (sceneWidth - 20) / columns, 168 / rows);
  const left = (sceneWidth - columns * size) / 2;
  const top = 14;
  const corner = (cell: number) =>
    [left + (cell % columns) * size, top + Math.floor(cell / columns) * size] as const;
  const tiles = Array.from({ length: rows * columns }, (_, cell) =>
    tile(...corner(cell), size, roleOf(cell)),
  );
  return ({ observation, action }) => {
    const cell = Array.from(observation).indexOf(1);
    const [x, y] = corner(cell).map((at) => at + size / 2) as [number, number];
    const [down, right] = moves[action[0]!] ?? [0, 0];
    const reach = (distance: number) => [x + right * size * distance, y + down * size * distance];
    const slips = grid.slippery ? ", on slippery ground" : "";
    return {
      width: sceneWidth,
      height: top * 2 + rows * size,
      shapes: [
        ...tiles.flat(),
        { kind: "circle", x, y, radius: size * 0.22, role: "agent" },
        { kind: "arrow", points: [...reach(0.3), ...reach(0.85)], output: action[0]! },
      ],
      words: `In row ${Math.floor(cell / columns) + 1}, column ${(cell % columns) + 1} of ${rows} × ${columns}; chose ${actionNames[action[0]!]}${slips}.`,
    };
  };
}

function tile(x: number, y: number, size: number, role: ShapeRole): ShapeView[] {
  const outline = frame(x, y, size, size, "ground");
  if (role === "ground") return [outline];
  const inset = size * 0.14;
  const filled = box(x + inset, y + inset, size - 2 * inset, size - 2 * inset, role);
  const hole: ShapeView = { kind: "circle", x: x + size / 2, y: y + size / 2, radius: size * 0.34, role };
  return [outline, role === "danger" ? hole : filled];
}
