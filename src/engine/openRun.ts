import { existsSync } from "node:fs";
import type { CurveView } from "../protocol/engine.ts";
import type { Column, RunView, TrainingProgress, TrainingState } from "../protocol/views.ts";
import type { Curve } from "../runs/curve.ts";
import { openRun, type RunReader } from "../runs/runReader.ts";
import type { UpdateSummary } from "../runs/summary.ts";
import { Backends } from "./backends/backends.ts";
import type { FrozenUpdate } from "./frozenUpdate.ts";
import { Inspector } from "./inspection/inspector.ts";
import { type Names, namesOf } from "./inspection/names.ts";
import { checkRecorded } from "./recordedNumbers.ts";
import { reopenUpdate } from "./replay.ts";
import { backendAt } from "./runBackend.ts";
import { settingsOf } from "./runMetadata.ts";
import { runtimePlaces } from "./runtimes/places.ts";
import { type ResolvedSettings, resolveSettings } from "./settings.ts";
import type { TrainingSession } from "./trainingSession.ts";

/** Opened updates that stay in memory, and updates told of that can be opened as they were. */
const mostInspectors = 4;
const mostRecent = 32;

/** A run that is open in the engine: its file to read, and the session that trains it if this engine does. */
export class OpenRun {
  readonly id: string;
  readonly reader: RunReader;
  readonly resolved: ResolvedSettings;
  readonly names: Names;
  readonly session: TrainingSession | undefined;
  stepsPerSecond = 0;
  readonly #backends: Backends;
  #latest: UpdateSummary | undefined;
  #looked: { readonly at: number; readonly steps: number } | undefined;
  readonly #inspectors = new Map<number, Promise<OpenedUpdate>>();
  readonly #recent = new Map<number, FrozenUpdate>();

  constructor(
    id: string,
    path: string,
    backends = new Backends(runtimePlaces(process.env)),
    session?: TrainingSession,
  ) {
    this.id = id;
    this.#backends = backends;
    this.session = session;
    this.reader = openRun(path);
    this.resolved = resolveSettings(settingsOf(this.reader.metadata));
    this.names = namesOf(this.resolved.environment);
  }

  get path(): string {
    return this.reader.path;
  }

  noteUpdate(summary: UpdateSummary): void {
    this.#latest = summary;
  }

  /** Remembers the update just made, because someone is about to be told of it and may want to open it. */
  rememberLatest(): void {
    const latest = this.session?.latest();
    if (!latest) return;
    this.#recent.set(latest.update, latest);
    trim(this.#recent, mostRecent);
  }

  /** Estimates the rate of a run that another process trains from what was recorded since the last look. */
  followRate(): void {
    const now = performance.now();
    const steps = this.#lastRecorded()?.steps ?? 0;
    if (this.#looked) this.stepsPerSecond = ((steps - this.#looked.steps) / (now - this.#looked.at)) * 1000;
    this.#looked = { at: now, steps };
  }

  /** Makes every update made so far readable, and returns how many there are. */
  refresh(): number {
    this.session?.flush();
    return this.reader.poll().updates;
  }

  progress(): TrainingProgress {
    const latest = this.#latest ?? this.#lastRecorded();
    const averageReturn = latest?.averageReturn100 ?? Number.NaN;
    const { solvedAt } = this.resolved.environment;
    const message = this.session?.message;
    const phases = this.session?.trainer.clock.means();
    return {
      run: this.id,
      state: this.#state(),
      update: latest?.update ?? 0,
      episode: latest?.episode ?? 0,
      steps: latest?.steps ?? 0,
      lastReturn: latest?.return ?? Number.NaN,
      averageReturn,
      stepsPerSecond: this.#isMoving() ? this.stepsPerSecond : 0,
      solved: this.session?.solved ?? (solvedAt !== undefined && averageReturn >= solvedAt),
      ...(message !== undefined && { message }),
      ...(phases && { phases }),
    };
  }

  view(): RunView {
    const { metadata } = this.reader;
    const { settings, algorithm, environment } = this.resolved;
    const inForce = this.session?.trainer.settings ?? this.#recordedChanges();
    return {
      run: this.id,
      path: this.path,
      title: metadata.title,
      settings: { ...settings, ...inForce },
      algorithmTitle: algorithm.title,
      backend: backendAt(this.reader, this.reader.updateCount + 1),
      progress: this.progress(),
      own: this.session !== undefined,
      solvedAt: environment.solvedAt ?? null,
      ...this.names,
    };
  }

  curve(from: number, to: number, buckets: number): CurveView {
    const updates = this.refresh();
    this.rememberLatest();
    const read = (field: CurveField) => this.reader.curve(field, from, to, buckets);
    const returns = read("return");
    return {
      updates,
      update: returns.from,
      columns: {
        return: extremesOf(returns),
        averageReturn: extremesOf(read("averageReturn100")),
        loss: extremesOf(read("loss")),
        gradientNorm: extremesOf(read("gradNorm")),
        entropy: extremesOf(read("entropy")),
      },
      kept: Float64Array.from(this.reader.keptList(), ({ update }) => update),
      pinned: [...this.reader.pins()].map(([update, label]) => ({ update, label })),
      lossChanges: this.reader.losses().map(({ fromUpdate, text }) => ({ update: fromUpdate, text })),
    };
  }

  /** An update opened; the last few stay open. */
  inspect(update: number): Promise<OpenedUpdate> {
    const known = this.#inspectors.get(update);
    if (known) return known;
    const opening = this.#open(update);
    this.#inspectors.set(update, opening);
    opening.catch(() => this.#inspectors.delete(update));
    trim(this.#inspectors, mostInspectors);
    return opening;
  }

  async close(): Promise<void> {
    try {
      await this.session?.stop();
      // What the writer left beside the file for this reader goes as soon as the reader sees that the run is closed.
      if (this.session && existsSync(this.path)) this.reader.poll();
    } finally {
      this.reader.close();
    }
  }

  async #open(update: number): Promise<OpenedUpdate> {
    const recent = this.#recent.get(update) ?? this.session?.latest();
    if (recent?.update === update) return { inspector: new Inspector(recent), how: "live" };
    this.refresh();
    const { frozen, how, instead } = await reopenUpdate(this.reader, update, { backends: this.#backends });
    const inspector = new Inspector(frozen);
    checkRecorded(this.reader, inspector);
    return { inspector, how, ...(instead && { instead }) };
  }

  #isMoving(): boolean {
    return this.#state() === "training" || this.#state() === "reading";
  }

  #state(): TrainingState {
    if (this.session) return this.session.state;
    return this.reader.state === "writing" ? "reading" : "finished";
  }

  #lastRecorded(): UpdateSummary | undefined {
    const last = this.reader.updateCount;
    if (last === 0) return undefined;
    const columns = this.reader.summaries(last, last);
    const read = (field: keyof typeof columns) => columns[field][0] ?? Number.NaN;
    return {
      update: last,
      episode: read("episode"),
      steps: read("steps"),
      length: read("length"),
      return: read("return"),
      averageReturn100: read("averageReturn100"),
      loss: read("loss"),
      gradNorm: read("gradNorm"),
      entropy: read("entropy"),
      milliseconds: read("milliseconds"),
    };
  }

  #recordedChanges() {
    const change = this.reader.losses().at(-1);
    if (!change) return {};
    const { gamma, learningRate, optimiser } = change.settings;
    return {
      loss: change.text,
      ...(typeof gamma === "number" && { gamma }),
      ...(typeof learningRate === "number" && { learningRate }),
      ...((optimiser === "adam" || optimiser === "sgd") && { optimiser }),
    };
  }
}

export interface OpenedUpdate {
  readonly inspector: Inspector;
  readonly how: "kept" | "replayed" | "live";
  /** Why this is another update than the one asked for. */
  readonly instead?: string;
}

/** Drops the oldest entries beyond `most`. */
function trim(map: Map<number, unknown>, most: number): void {
  for (const old of map.keys()) {
    if (map.size <= most) return;
    map.delete(old);
  }
}

type CurveField = "return" | "averageReturn100" | "loss" | "gradNorm" | "entropy";

function extremesOf({ minimum, maximum }: Curve): Column {
  return { minimum, maximum };
}
