import type { BackendView } from "../protocol/engine.ts";
import type { RunView, TrainingProgress } from "../protocol/views.ts";
import type { SupervisorHealth } from "./engine/supervisor.ts";

/** All that the extension host knows; views draw from it and from nothing else. */
export interface HostModel {
  readonly health: SupervisorHealth;
  readonly backends: readonly BackendView[];
  readonly trusted: boolean;
  /** The runs that the engine has open, by path. */
  readonly runs: Readonly<Record<string, RunView>>;
  /** Path of the run that this window trained last. */
  readonly activePath: string | null;
  /** Path of the run whose panel has the focus. */
  readonly focusedPath: string | null;
}

export const emptyModel: HostModel = {
  health: { state: "idle" },
  backends: [],
  trusted: true,
  runs: {},
  activePath: null,
  focusedPath: null,
};

export type HostEvent =
  | { readonly kind: "health"; readonly health: SupervisorHealth }
  | { readonly kind: "connected"; readonly backends: readonly BackendView[] }
  | { readonly kind: "backends"; readonly backends: readonly BackendView[] }
  | { readonly kind: "trust"; readonly trusted: boolean }
  | { readonly kind: "opened"; readonly view: RunView; readonly active: boolean }
  | { readonly kind: "progress"; readonly progress: TrainingProgress }
  | { readonly kind: "closed"; readonly path: string }
  | { readonly kind: "focused"; readonly path: string | null };

/** The model after an event; the same object where the event changes nothing. */
export function updateModel(model: HostModel, event: HostEvent): HostModel {
  switch (event.kind) {
    case "health":
      return { ...model, health: event.health };
    case "connected":
    case "backends":
      return { ...model, backends: event.backends };
    case "trust":
      return model.trusted === event.trusted ? model : { ...model, trusted: event.trusted };
    case "opened":
      return withOpened(model, event.view, event.active);
    case "progress":
      return withProgress(model, event.progress);
    case "closed":
      return withoutRun(model, event.path);
    case "focused":
      return model.focusedPath === event.path ? model : { ...model, focusedPath: event.path };
    default:
      return event satisfies never;
  }
}

function withOpened(model: HostModel, view: RunView, active: boolean): HostModel {
  const runs = { ...model.runs, [view.path]: view };
  return { ...model, runs, activePath: active ? view.path : model.activePath };
}

function withProgress(model: HostModel, progress: TrainingProgress): HostModel {
  const view = Object.values(model.runs).find(({ run }) => run === progress.run);
  if (view === undefined) return model;
  return { ...model, runs: { ...model.runs, [view.path]: { ...view, progress } } };
}

function withoutRun(model: HostModel, path: string): HostModel {
  const { [path]: closed, ...runs } = model.runs;
  if (closed === undefined) return model;
  return { ...model, runs, activePath: model.activePath === path ? null : model.activePath };
}

/** The run that commands act on: that of the focused panel, else the one trained here last, else the one opened last. */
export function targetRun(model: HostModel): RunView | undefined {
  const { runs, focusedPath, activePath } = model;
  const focused = focusedPath === null ? undefined : runs[focusedPath];
  const active = activePath === null ? undefined : runs[activePath];
  return focused ?? active ?? Object.values(runs).at(-1);
}
