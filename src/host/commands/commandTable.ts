import type { Requirement } from "./requirements.ts";

export interface CommandRow {
  readonly title: string;
  readonly requires: Requirement;
  /** A codicon, where the command stands in a toolbar. */
  readonly icon?: string;
  /** Set where the command makes sense only on an item of the Runs view. */
  readonly onRunItem?: true;
}

/** Every command of the extension: identifier (without the prefix `policyGradient.`), title, need. */
export const commandTable = {
  train: { title: "Train…", requires: "nothing", icon: "run-all" },
  trainReinforce: { title: "Train REINFORCE", requires: "nothing", icon: "play" },
  pause: { title: "Pause", requires: "training", icon: "debug-pause" },
  resume: { title: "Resume", requires: "resumable", icon: "debug-continue" },
  oneUpdate: { title: "One Update", requires: "steppable", icon: "debug-step-over" },
  stop: { title: "Stop", requires: "stoppable", icon: "debug-stop" },
  reset: { title: "Reset", requires: "run", icon: "debug-restart" },
  openPanel: { title: "Open Panel", requires: "nothing", icon: "graph-line" },
  openRun: { title: "Open Run…", requires: "nothing", icon: "folder-opened" },
  exportCsv: { title: "Export Update as CSV…", requires: "update" },
  exportTrace: { title: "Export Update as Trace…", requires: "update" },
  exportPytorch: { title: "Export Update as PyTorch Script…", requires: "update" },
  exportNumpy: { title: "Export Update as NumPy Script…", requires: "update" },
  pinUpdate: { title: "Pin Update", requires: "update", icon: "pin" },
  proveLoss: { title: "Prove This Loss", requires: "nothing", icon: "verified" },
  newLossFile: { title: "New Loss File", requires: "nothing", icon: "new-file" },
  doctor: { title: "Doctor", requires: "nothing", icon: "pulse" },
  installTensorflow: { title: "Install TensorFlow Runtime", requires: "nothing" },
  installWebgpu: { title: "Install WebGPU Runtime", requires: "nothing" },
  evaluateLoss: { title: "Evaluate Loss on Run…", requires: "nothing", icon: "play-circle" },
  showLossInPanel: { title: "Show Loss in Panel", requires: "nothing", icon: "graph-line" },
  turnRuleIntoLoss: { title: "Turn Update Rule into Loss…", requires: "nothing", icon: "arrow-swap" },
  openSelectionAsLoss: { title: "Open Selection as Loss", requires: "nothing", icon: "arrow-swap" },
  testLossOnProbes: { title: "Test My Loss on Probes", requires: "nothing", icon: "beaker" },
  checkUpdate: { title: "Check This Update", requires: "nothing", icon: "checklist" },
  explainTrace: { title: "Explain This Trace", requires: "nothing", icon: "book" },
  addRecorder: { title: "Add Recorder to This Script", requires: "nothing", icon: "record" },
  copyAsPyTorch: { title: "Copy Loss as PyTorch", requires: "nothing" },
  copyAsJax: { title: "Copy Loss as JAX", requires: "nothing" },
  copyAsTensorFlow: { title: "Copy Loss as TensorFlow.js", requires: "nothing" },
  copyAsNumPy: { title: "Copy Loss as NumPy", requires: "nothing" },
  restartEngine: { title: "Restart Engine", requires: "nothing" },
  showLog: { title: "Show Log", requires: "nothing" },
  "runs.refresh": { title: "Refresh Runs", requires: "nothing", icon: "refresh" },
  "runs.open": { title: "Open", requires: "nothing", icon: "go-to-file", onRunItem: true },
  "runs.rename": { title: "Rename…", requires: "nothing", onRunItem: true },
  "runs.delete": { title: "Delete…", requires: "nothing", onRunItem: true },
  "runs.reveal": { title: "Reveal in File Explorer", requires: "nothing", onRunItem: true },
} as const satisfies Record<string, CommandRow>;

export type CommandId = keyof typeof commandTable;

export const commandPrefix = "policyGradient.";
export const commandCategory = "Policy Gradient";

/** What a command answers: programs that run it hear the reason too, not only the person. */
export type CommandAnswer =
  | { readonly ok: true; readonly path?: string; readonly update?: number }
  | { readonly ok: false; readonly reason: string };
