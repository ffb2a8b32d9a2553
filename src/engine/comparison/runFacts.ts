import { basename } from "node:path";
import type { ComparedRunView, SolvedView } from "../../protocol/comparisonViews.ts";
import type { RunSettings } from "../../protocol/views.ts";
import { runExtension } from "../../runs/folder.ts";
import type { RunReader } from "../../runs/runReader.ts";
import { settingsOf } from "../runMetadata.ts";
import { resolveSettings } from "../settings.ts";
import type { Trace } from "./band.ts";

/** A loss, or settings, that came into force after the run's first update. */
export interface LaterChange {
  readonly update: number;
  readonly loss: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What a comparison needs to know of one run, but for its curve. */
export interface RunFacts {
  readonly view: ComparedRunView;
  /** ISO 8601. */
  readonly created: string;
  readonly settings: RunSettings;
  readonly changes: readonly LaterChange[];
  /** The average return that counts as solved; undefined where the environment has none. */
  readonly solvedAt: number | undefined;
}

/** A run and the curve of it that a comparison draws. */
export interface TracedRun {
  readonly facts: RunFacts;
  readonly trace: Trace;
}

/** Reads the facts of an open run. Throws RunError, and UserError where its settings are not known here. */
export function readFacts(reader: RunReader): RunFacts {
  const { settings, environment } = resolveSettings(settingsOf(reader.metadata));
  const { solvedAt } = environment;
  return {
    view: {
      path: reader.path,
      name: basename(reader.path, runExtension),
      seed: settings.seed,
      state: reader.state,
      ...lastFigures(reader),
      solved: solvedAt === undefined ? null : solvedIn(reader, solvedAt),
    },
    created: reader.metadata.created,
    settings,
    changes: laterChanges(reader),
    solvedAt,
  };
}

function lastFigures(reader: RunReader) {
  const updates = reader.updateCount;
  if (updates === 0) return { updates, episodes: 0, steps: 0, lastAverage: null, seconds: 0 };
  const read = (field: Parameters<RunReader["column"]>[0]) => reader.column(field, updates, updates)[0]!;
  const average = read("averageReturn100");
  return {
    updates,
    episodes: read("episode"),
    steps: read("steps"),
    lastAverage: Number.isNaN(average) ? null : average,
    seconds: read("milliseconds") / 1000,
  };
}

/** The update with which the first 100 episodes in a row had the average that counts as solved; null where none had. */
export function solvedIn(reader: RunReader, threshold: number): SolvedView | null {
  const averages = reader.column("averageReturn100", 1, reader.updateCount);
  const episodes = reader.column("episode", 1, reader.updateCount);
  const first = averages.findIndex((average, place) => average >= threshold && episodes[place]! >= 100);
  if (first === -1) return null;
  const update = first + 1;
  return { update, episodes: episodes[first]!, steps: reader.column("steps", update, update)[0]! };
}

function laterChanges(reader: RunReader): readonly LaterChange[] {
  return reader
    .losses()
    .filter(({ fromUpdate }) => fromUpdate > 1)
    .map(({ fromUpdate, text, settings }) => ({ update: fromUpdate, loss: text, settings }));
}
