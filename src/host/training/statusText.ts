import { stateWords } from "../commands/requirements.ts";
import type { HostModel } from "../model.ts";
import { targetRun } from "../model.ts";

export interface StatusText {
  readonly text: string;
  readonly label: string;
  readonly details: readonly string[];
  readonly warning: boolean;
}

const icons = {
  training: "$(sync~spin)",
  paused: "$(debug-pause)",
  finished: "$(check)",
  stopped: "$(debug-stop)",
  failed: "$(error)",
  reading: "$(book)",
} as const;

/** What the status bar says: engine trouble first, else the run; undefined where there is nothing to say. */
export function statusText(model: HostModel): StatusText | undefined {
  const run = targetRun(model);
  const { health } = model;
  if (health.state === "down") return engineStatus("$(error)", "engine down", health.message, true);
  if (health.state === "restarting") return engineStatus("$(sync~spin)", "restarting", health.message, false);
  if (run === undefined) {
    return health.state === "starting"
      ? engineStatus("$(sync~spin)", "starting", "The engine is starting.", false)
      : undefined;
  }
  const { progress } = run;
  const average = formatNumber(progress.averageReturn);
  const rate = progress.state === "training" ? ` · ${formatRate(progress.stepsPerSecond)}` : "";
  const where = run.backend.name === "kernels" ? "" : ` · ${run.backend.name}`;
  return {
    text: `${icons[progress.state]} ep ${progress.episode} · avg ${average}${rate}${where}`,
    label: `Policy gradient run ${stateWords[progress.state]}, episode ${progress.episode}, average return ${average}`,
    details: [
      `${run.title}: ${stateWords[progress.state]}${progress.solved ? ", solved" : ""}`,
      `update ${progress.update} · episode ${progress.episode} · ${progress.steps} steps`,
      `last return ${formatNumber(progress.lastReturn)} · average ${average}`,
      `backend ${run.backend.name} on ${run.backend.device} (${run.backend.reason})`,
      ...(progress.message === undefined ? [] : [progress.message]),
    ],
    warning: progress.state === "failed",
  };
}

function engineStatus(icon: string, words: string, message: string, warning: boolean): StatusText {
  return {
    text: `${icon} Policy gradient: ${words}`,
    label: `Policy gradient: ${words}`,
    details: [message],
    warning,
  };
}

function formatNumber(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : "–";
}

/** Steps per second in at most four characters and a unit, e.g. "412 k steps/s". */
export function formatRate(stepsPerSecond: number): string {
  if (!Number.isFinite(stepsPerSecond)) return "– steps/s";
  if (stepsPerSecond >= 999_500) return `${(stepsPerSecond / 1e6).toPrecision(3)} M steps/s`;
  if (stepsPerSecond >= 999.5) return `${Number((stepsPerSecond / 1e3).toPrecision(3))} k steps/s`;
  return `${Math.round(stepsPerSecond)} steps/s`;
}
