import { LineProblem } from "./traceError.ts";

/** Which rows belong to which episode: a list of ranges each, so that 10⁶ steps need no list of rows. */
export class EpisodeIndex {
  readonly #ranges = new Map<number, number[]>();

  /** Notes that `row` belongs to `episode`; rows come in order. */
  add(episode: number, row: number): void {
    const ranges = this.#ranges.get(episode);
    if (!ranges) this.#ranges.set(episode, [row, row + 1]);
    else if (ranges.at(-1) === row) ranges[ranges.length - 1] = row + 1;
    else ranges.push(row, row + 1);
  }

  /** The rows of these episodes, one episode after the other. */
  rowsOf(episodes: readonly number[]): Int32Array {
    const ranges = episodes.map((episode) => {
      const found = this.#ranges.get(episode);
      if (found) return found;
      throw new LineProblem(`the update names episode ${episode}, of which no step came before it`);
    });
    return Int32Array.from(rowsIn(ranges));
  }

  /** Forgets all episodes: another run starts in the same file. */
  clear(): void {
    this.#ranges.clear();
  }
}

function* rowsIn(lists: readonly (readonly number[])[]): Generator<number> {
  for (const ranges of lists) {
    for (let at = 0; at < ranges.length; at += 2) {
      for (let row = ranges[at]!; row < ranges[at + 1]!; row++) yield row;
    }
  }
}
