import type { ShapeRole } from "../protocol/scene.ts";
import type { EnvironmentRecord } from "./environment.ts";
import { type Grid, GridWorld } from "./gridWorld.ts";
import { drawGrid } from "./scenes/grid.ts";

export const cliffRows = 4;
export const cliffColumns = 12;
const start = (cliffRows - 1) * cliffColumns;
const goal = cliffRows * cliffColumns - 1;

/** Whether a cell is part of the cliff: the last row between start and goal. */
export function isCliff(cell: number): boolean {
  return cell > start && cell < goal;
}

/** Every step costs 1; one into the cliff costs 100 and leads back to the start, and the episode goes on. */
export function cliffGrid(slippery: boolean): Grid {
  return {
    rows: cliffRows,
    columns: cliffColumns,
    start,
    moves: [
      [-1, 0],
      [0, 1],
      [1, 0],
      [0, -1],
    ],
    actionNames: ["up", "right", "down", "left"],
    slippery,
    arrive: (cell) =>
      isCliff(cell) ? { cell: start, reward: -100, ends: false } : { cell, reward: -1, ends: cell === goal },
    isEnd: (cell) => cell === goal,
  };
}

function roleOf(cell: number): ShapeRole {
  if (isCliff(cell)) return "danger";
  return cell === start ? "start" : cell === goal ? "goal" : "ground";
}

const reference = "Sutton & Barto (2nd ed.), Example 6.6; Gymnasium 1.4, CliffWalking";

export const cliffWalking: EnvironmentRecord = {
  id: "CliffWalking-v1",
  title: "Cliff walking: the shortest way runs along the edge",
  timeLimit: undefined,
  solvedAt: undefined,
  reference,
  create: () => new GridWorld(cliffGrid(false)),
  draw: drawGrid(cliffGrid(false), roleOf),
};

/** The id under which older versions of Gymnasium have the same environment. */
export const cliffWalkingV0: EnvironmentRecord = {
  ...cliffWalking,
  id: "CliffWalking-v0",
  title: "Cliff walking, under its older name",
};

export const cliffWalkingSlippery: EnvironmentRecord = {
  ...cliffWalking,
  id: "CliffWalkingSlippery-v1",
  title: "Cliff walking on slippery ground",
  create: () => new GridWorld(cliffGrid(true)),
  draw: drawGrid(cliffGrid(true), roleOf),
};
