import { type FSWatcher, watch } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { RunProgress, RunReader } from "./runReader.ts";

/** How closely a run is followed. */
export interface FollowOptions {
  /** Longest time between two polls in milliseconds, default 250; changes that the file system reports come sooner. */
  readonly interval?: number;
  /** Shortest time between two polls in milliseconds, default 50. */
  readonly rest?: number;
  readonly signal: AbortSignal;
}

/**
 * The progress of a run, at once and then whenever it has changed or its writer has come or gone, until the signal.
 * Whoever consumes it slowly gets the newest state, never a queue. Throws RunError as `poll` does.
 */
export async function* follow(run: RunReader, options: FollowOptions): AsyncGenerator<RunProgress> {
  const alarm = new Alarm(run.path, options);
  try {
    let shown: RunProgress | undefined;
    while (!options.signal.aborted) {
      const progress = run.poll();
      if (shown === undefined || progress.changed || progress.state !== shown.state) {
        shown = progress;
        yield progress;
      }
      await alarm.next();
    }
  } finally {
    alarm.close();
  }
}

const usualInterval = 250;
const usualRest = 50;

/** Wakes its waiter when files of the run change, when the interval is over, or when the signal comes. */
class Alarm {
  private readonly options: FollowOptions;
  private readonly watcher: FSWatcher | undefined;
  private hasChanged = false;
  private wake: () => void = () => {};

  constructor(path: string, options: FollowOptions) {
    this.options = options;
    this.watcher = watchFile(path, () => {
      this.hasChanged = true;
      this.wake();
    });
  }

  async next(): Promise<void> {
    await this.wait(this.options.rest ?? usualRest, () => false);
    await this.wait(this.options.interval ?? usualInterval, () => this.hasChanged);
    this.hasChanged = false;
  }

  close(): void {
    this.watcher?.close();
  }

  /** Waits until the time is over, the signal comes, or, when woken, `isOver`. */
  private wait(milliseconds: number, isOver: () => boolean): Promise<void> {
    const { signal } = this.options;
    if (signal.aborted || isOver()) return Promise.resolve();
    return new Promise((done) => {
      const finish = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", finish);
        this.wake = () => {};
        done();
      };
      const timer = setTimeout(finish, milliseconds);
      signal.addEventListener("abort", finish);
      this.wake = () => {
        if (isOver()) finish();
      };
    });
  }
}

/** Watches the run's folder; undefined where the file system cannot, and polling alone must do. */
function watchFile(path: string, changed: () => void): FSWatcher | undefined {
  const name = basename(path);
  try {
    const watcher = watch(dirname(resolve(path)), (_, file) => {
      if (file === null || file.startsWith(name)) changed();
    });
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
