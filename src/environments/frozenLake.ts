import type { ShapeRole } from "../protocol/scene.ts";
import type { EnvironmentRecord } from "./environment.ts";
import { type Grid, GridWorld } from "./gridWorld.ts";
import { drawGrid } from "./scenes/grid.ts";

/** The lakes of Gymnasium: S start, F frozen, H hole, G goal. */
export const lakes = {
  "4x4": ["SFFF", "FHFH", "FFFH", "HFFG"],
  "8x8": ["SFFFFFFF", "FFFFFFFF", "FFFHFFFF", "FFFFFHFF", "FFFHFFFF", "FHHFFFHF", "FHFFHFHF", "FFFHFFFG"],
} as const;

/** A lake to be crossed: arriving at the goal pays 1, everything else 0; goal and holes end the episode. */
export function lakeGrid(map: readonly string[], slippery: boolean): Grid {
  const letters = map.join("");
  const isEnd = (cell: number) => letters[cell] === "G" || letters[cell] === "H";
  return {
    rows: map.length,
    columns: map[0]!.length,
    start: letters.indexOf("S"),
    moves: [
      [0, -1],
      [1, 0],
      [0, 1],
      [-1, 0],
    ],
    actionNames: ["left", "down", "right", "up"],
    slippery,
    arrive: (cell) => ({ cell, reward: letters[cell] === "G" ? 1 : 0, ends: isEnd(cell) }),
    isEnd,
  };
}

function record(
  map: keyof typeof lakes,
  slippery: boolean,
  facts: Pick<EnvironmentRecord, "id" | "title" | "timeLimit" | "solvedAt">,
): EnvironmentRecord {
  const grid = lakeGrid(lakes[map], slippery);
  const letters = lakes[map].join("");
  return {
    ...facts,
    reference: `Gymnasium 1.4, FrozenLake-v1${slippery ? "" : " with is_slippery=False"}`,
    create: () => new GridWorld(grid),
    draw: drawGrid(grid, (cell) => roles[letters[cell]!] ?? "ground"),
  };
}

const roles: Readonly<Record<string, ShapeRole>> = { S: "start", H: "danger", G: "goal" };

export const frozenLake = record("4x4", true, {
  id: "FrozenLake-v1",
  title: "Frozen lake, 4 × 4, slippery",
  timeLimit: 100,
  solvedAt: 0.7,
});

export const frozenLake8x8 = record("8x8", true, {
  id: "FrozenLake8x8-v1",
  title: "Frozen lake, 8 × 8, slippery",
  timeLimit: 200,
  solvedAt: 0.85,
});

export const frozenLakeFirm = record("4x4", false, {
  id: "FrozenLakeNotSlippery-v1",
  title: "Frozen lake, 4 × 4, every step goes where it is meant to",
  timeLimit: 100,
  solvedAt: 0.95,
});
