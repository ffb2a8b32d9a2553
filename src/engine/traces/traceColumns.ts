import type { ColumnView } from "../../protocol/views.ts";
import { baseColumns } from "../inspection/columns.ts";
import type { InspectedLoss } from "../inspection/inspectedLoss.ts";
import type { FrozenTrace } from "./frozenTrace.ts";
import type { HeadName } from "./recordedHeads.ts";

/** Columns that stand behind G where the trace has them. */
const ofScript = ["returns", "adv", "log_pi_old", "ratio", "kl"];

/** Which head a column, or its group, is of. */
const heads: Readonly<Record<string, HeadName>> = {
  log_pi: "log_pi",
  entropy: "entropy",
  pi: "outputs",
  logit: "outputs",
  mu: "outputs",
  sigma: "outputs",
  V: "V",
  V_next: "V_next",
  delta: "V_next",
};

/** What is else of a trace's columns than of a run's. */
const descriptions: Readonly<Record<string, string>> = {
  G: "the discounted return from here to the episode's end, recomputed from the recorded rewards and γ",
  size: "‖∂L/∂outputs_t‖: θ is not in a trace, so the gradient ends at what the policy puts out",
  share:
    "this step's part of ‖∂L/∂outputs‖²; all sum to 1. Its part of ‖∂L/∂θ‖² would need θ, which is not in a trace",
};

/** An update of a trace with the columns that it gives. */
interface HeldColumns {
  readonly frozen: FrozenTrace;
  column(loss: InspectedLoss, name: string): Float64Array | undefined;
}

/** The columns of a run's step table that an update of a trace has, with those that its script computed itself. */
export function traceColumnViews(
  inspector: HeldColumns,
  views: readonly ColumnView[],
  loss: InspectedLoss,
): readonly ColumnView[] {
  const { frozen } = inspector;
  const known = new Set(views.map(({ name }) => name));
  const extra = ofScript.filter((name) => !known.has(name)).map((name) => ({ name, ...baseColumns[name]! }));
  const place = views.findIndex(({ name }) => name === "log_pi");
  const all = [...views.slice(0, place), ...extra, ...views.slice(place)];
  return all.filter((view) => isHeld(inspector, view, loss)).map((view) => described(view, frozen));
}

function isHeld(inspector: HeldColumns, { name, group }: ColumnView, loss: InspectedLoss): boolean {
  const { frozen } = inspector;
  const head = heads[group ?? name];
  if (head !== undefined && !frozen.known.has(head)) return false;
  if ((name === "terminated" || name === "truncated") && !frozen.knowsEnds) return false;
  const values = inspector.column(loss, name);
  return values?.some((value) => !Number.isNaN(value)) ?? false;
}

function described(view: ColumnView, { recorded }: FrozenTrace): ColumnView {
  const description = descriptions[view.name] ?? view.description;
  const head = heads[view.group ?? view.name];
  if (head === undefined || view.name === "delta" || view.group === "pi") return { ...view, description };
  const from = recorded.has(head) ? "as recorded" : "recomputed from the recorded outputs";
  return { ...view, description: `${description}; ${from}` };
}

/** Columns of the loss that the trace recorded, by the group they belong to. */
const ofOwnLoss: Readonly<Record<string, (update: FrozenTrace) => boolean>> = {
  weight: ({ gradients }) => !gradients.isRead,
  entropy_weight: ({ gradients }) => !gradients.isRead,
  dlogit: ({ gradients }) => gradients.logits !== undefined,
  dmu: ({ gradients }) => gradients.mu !== undefined,
  dV: () => true,
};

/** What a cell of a trace is where no formula says it; `isOwn` of the loss that the trace recorded. */
export function originOf(update: FrozenTrace, column: string, isOwn: boolean): string | undefined {
  const group = column.split("[")[0]!;
  const head = heads[group];
  if (descriptions[group] !== undefined && (group !== "G" || update.batch.rows)) return descriptions[group];
  if (head !== undefined && group !== "delta" && group !== "pi" && update.recorded.has(head))
    return "as the trace recorded it";
  if (isOwn && ofOwnLoss[group]?.(update)) return "as the trace recorded it";
  return isOwn && group === "weight"
    ? "c_t = −∂L/∂ln π_t, read from the recorded gradient at the outputs"
    : undefined;
}
