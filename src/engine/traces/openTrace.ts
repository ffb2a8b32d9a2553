import { statSync } from "node:fs";
import type { EnvironmentRecord } from "../../environments/environment.ts";
import { findEnvironment } from "../../environments/registry.ts";
import { type ActionSpace, actionSize } from "../../environments/spaces.ts";
import { isOpaque } from "../../policies/heads.ts";
import type { CurveView, EngineMethods } from "../../protocol/engine.ts";
import type { TraceOverview, TracePlaceView } from "../../protocol/traceViews.ts";
import type { UpdateView } from "../../protocol/views.ts";
import type { Trace } from "../../runs/trace/trace.ts";
import { TraceFile } from "../../runs/trace/traceFile.ts";
import { type DiagnosedFile, diagnosed, namingTrouble } from "../diagnosis/diagnoseFile.ts";
import { type Names, namesOf } from "../inspection/names.ts";
import type { OpenedUpdate } from "../inspection/openedUpdate.ts";
import { updateView } from "../inspection/views.ts";
import { UserError } from "../userError.ts";
import { type FrozenTrace, freezeTrace, placeName, stepsAt } from "./frozenTrace.ts";
import { missingInUpdate } from "./missing.ts";
import { TraceCurve } from "./traceCurve.ts";
import { TraceInspector } from "./traceInspector.ts";
import { traceOverview } from "./traceView.ts";

/** Updates that stay open in memory. */
const mostInspectors = 4;

/** A trace that is open in the engine: its steps stay in memory, and its file is read on as it grows. */
export class OpenTrace {
  readonly name: string;
  readonly #file: TraceFile;
  readonly #opened = new Map<number, OpenedUpdate<TraceInspector>>();
  #overview: TraceOverview | undefined;
  #curve: TraceCurve | undefined;
  #diagnosed: DiagnosedFile | undefined;
  #generation = 0;

  constructor(name: string, path: string) {
    this.name = name;
    this.#file = new TraceFile(path);
  }

  /** By what its updates are asked for: another once the file is another, so that nobody mixes the two. */
  get id(): string {
    return `${this.name}.${this.#generation}`;
  }

  get path(): string {
    return this.#file.path;
  }

  /** Reads on. Updates that are open stay so unless the file is another by now. Throws a UserError that names file and line. */
  refresh(): void {
    const change = namingTrouble(() => this.#file.refresh());
    if (change === "none") return;
    const { size, mtimeMs } = statSync(this.path);
    this.#overview = traceOverview(this.#file.trace, { bytes: size, modified: mtimeMs });
    this.#curve = undefined;
    this.#diagnosed = undefined;
    if (change === "grown") return;
    this.#opened.clear();
    this.#generation++;
  }

  /** What it holds, as of the last reading. */
  get overview(): TraceOverview {
    if (this.#overview) return this.#overview;
    throw new Error(`${this.path} has not been read yet`);
  }

  /** As of the last reading. */
  get trace(): Trace {
    return this.#file.trace;
  }

  /** What its updates are, as of the last reading. */
  get diagnosis(): DiagnosedFile {
    this.#diagnosed ??= diagnosed(this.#file.trace);
    return this.#diagnosed;
  }

  curve(from: number, to: number, buckets: number): CurveView {
    this.#curve ??= new TraceCurve(this.#file.trace);
    return this.#curve.view(from, to, buckets);
  }

  /** The update at a place, counted from 1; the last few stay open. Throws a UserError where there is none. */
  opened(place: number): OpenedUpdate<TraceInspector> {
    const { length } = this.#file.trace.updates;
    if (!Number.isInteger(place) || place < 1 || place > length) {
      const there = length === 0 ? "The trace holds no updates." : `There are updates 1 to ${length}.`;
      throw new UserError("unknown_update", `There is no update ${place}.`, there);
    }
    const opened = this.#opened.get(place) ?? this.#open(freezeTrace(this.#file.trace, place));
    this.#opened.delete(place);
    this.#opened.set(place, opened);
    for (const old of this.#opened.keys()) if (this.#opened.size > mostInspectors) this.#opened.delete(old);
    return opened;
  }

  view(place: number): UpdateView {
    const { inspector, names } = this.opened(place);
    const { frozen } = inspector;
    const { number, line, known, gradients } = frozen;
    const trace = {
      number,
      line,
      hasOutputs: known.has("outputs"),
      hasWeights: gradients.logPi !== undefined,
      missing: missingInUpdate(frozen),
    };
    return updateView(inspector, names, { run: this.id, how: "recorded", kept: false, pinned: false, trace });
  }

  /** Where the steps of a finding stand: in the first of these updates that has one of them. */
  placeOf({ updates, steps }: EngineMethods["tracePlace"]["params"]): TracePlaceView | null {
    const named = new Set(updates);
    const wanted = new Set(steps.map(({ episode, t }) => placeName(episode, t)));
    const { trace } = this;
    const isWanted = (row: number) =>
      wanted.has(placeName(trace.steps.episodes.at(row), trace.steps.time.at(row)));
    const index = trace.updates.findIndex(
      ({ number, rows }) =>
        (named.size === 0 || named.has(number)) && (wanted.size === 0 || rows.some(isWanted)),
    );
    if (index < 0) return null;
    return { update: index + 1, steps: stepsAt(this.opened(index + 1).inspector.frozen, wanted) };
  }

  #open(frozen: FrozenTrace): OpenedUpdate<TraceInspector> {
    const environment = this.#environmentOf(frozen);
    const names = environment ? namesOf(environment) : plainNames(frozen);
    const where = `update ${frozen.number} of ${this.path.split(/[\\/]/).at(-1)}`;
    return { inspector: new TraceInspector(frozen, names), names, environment, where };
  }

  /** The environment that the trace names, where its spaces are those of the recorded steps: a wrapper may have changed them. */
  #environmentOf({ batch, heads }: FrozenTrace): EnvironmentRecord | undefined {
    const id = this.#file.trace.header?.environment;
    const choice = typeof id === "string" ? findEnvironment(id) : undefined;
    if (!choice?.ok) return undefined;
    const { observationNames, actionNames } = namesOf(choice.record);
    const { actionSpace } = choice.record.create();
    // Without the policy's outputs nothing but the actions taken tells how many there are.
    const actions = isOpaque(heads) ? actionSize(actionSpace) : actionNames.length;
    const isSame = observationNames.length === batch.observationSize && actions === batch.actionCount;
    return isSame && areActions(batch.actions, actionSpace) ? choice.record : undefined;
  }
}

/** Whether these are actions that the environment can take. */
function areActions(actions: Float64Array, space: ActionSpace): boolean {
  if (space.kind === "box") return actions.every(Number.isFinite);
  return actions.every((action) => Number.isInteger(action) && action >= 0 && action < space.n);
}

function plainNames({ batch }: FrozenTrace): Names {
  const named = (word: string, count: number) => Array.from({ length: count }, (_, k) => `${word}${k}`);
  return {
    actionNames: named("", batch.actionCount),
    observationNames: named("obs ", batch.observationSize),
  };
}
