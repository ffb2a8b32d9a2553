import type { Generator } from "../rl/generator.ts";
import type { Environment } from "./environment.ts";
import { type BoxSpace, type DiscreteSpace, oneHotSpace, writeOneHot } from "./spaces.ts";

/** Where a move leads, what it pays and whether it ends the episode. */
export interface Outcome {
  readonly cell: number;
  readonly reward: number;
  readonly ends: boolean;
}

/** A map of cells, numbered row by row from the top left, and what moves on it do. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly start: number;
  /** Row and column change of each action; actions that follow each other in this list are perpendicular. */
  readonly moves: readonly (readonly [down: number, right: number])[];
  readonly actionNames: readonly string[];
  /** Whether a move goes astray: the one wanted and the two perpendicular to it are equally likely then. */
  readonly slippery: boolean;
  /** What arriving in a cell does. */
  arrive(cell: number): Outcome;
  /** Whether an episode that stands in this cell is over. */
  isEnd(cell: number): boolean;
}

/** The cell next to `cell` by `move`, or `cell` itself at the border. */
export function neighbour({ rows, columns, moves }: Grid, cell: number, move: number): number {
  const [down, right] = moves[move]!;
  const row = Math.min(Math.max(Math.floor(cell / columns) + down, 0), rows - 1);
  const column = Math.min(Math.max((cell % columns) + right, 0), columns - 1);
  return row * columns + column;
}

/** A walk over a grid of cells, one of which is observed one-hot. A slippery step draws one uniform number. */
export class GridWorld implements Environment {
  readonly observationSpace: BoxSpace;
  readonly actionSpace: DiscreteSpace;
  terminated = false;
  readonly #grid: Grid;
  readonly #cells: number;
  #cell: number;
  #generator: Generator | undefined;

  constructor(grid: Grid) {
    const { rows, columns, actionNames } = grid;
    this.#grid = grid;
    this.#cells = rows * columns;
    this.#cell = grid.start;
    this.observationSpace = oneHotSpace(cellNames(rows, columns));
    this.actionSpace = { kind: "discrete", n: actionNames.length, names: actionNames };
  }

  reset(generator: Generator, observation: Float64Array, offset: number): void {
    this.#generator = generator;
    this.#set(this.#grid.start, false, observation, offset);
  }

  step(actions: Float64Array, at: number, observation: Float64Array, offset: number): number {
    const move = this.#grid.slippery ? this.#slip(actions[at]!) : actions[at]!;
    const { cell, reward, ends } = this.#grid.arrive(neighbour(this.#grid, this.#cell, move));
    this.#set(cell, ends, observation, offset);
    return reward;
  }

  state(): readonly number[] {
    return [this.#cell];
  }

  restore(state: readonly number[], observation: Float64Array, offset: number): void {
    this.#set(state[0]!, this.#grid.isEnd(state[0]!), observation, offset);
  }

  #slip(action: number): number {
    if (this.#generator === undefined)
      throw new Error("a slippery step follows a reset, which gives its generator");
    const { length } = this.#grid.moves;
    return (action + length - 1 + Math.floor(3 * this.#generator.uniform())) % length;
  }

  #set(cell: number, ends: boolean, observation: Float64Array, offset: number): void {
    this.#cell = cell;
    this.terminated = ends;
    writeOneHot(cell, this.#cells, observation, offset);
  }
}

function cellNames(rows: number, columns: number): readonly string[] {
  return Array.from(
    { length: rows * columns },
    (_, cell) => `row ${Math.floor(cell / columns) + 1}, column ${(cell % columns) + 1}`,
  );
}
