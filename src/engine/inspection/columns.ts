import type { ColumnView } from "../../protocol/views.ts";

/** What a column is called and says, apart from its numbers. */
export type ColumnText = Omit<ColumnView, "name">;

/** The fixed columns of the step table. */
export const baseColumns: Readonly<Record<string, ColumnText>> = {
  step: { label: "step", description: "row of the batch, from 0", kind: "integer" },
  episode: { label: "episode", description: "number of the episode in the run", kind: "integer" },
  t: { label: "t", description: "steps since the episode's start", kind: "integer" },
  action: { label: "action", description: "the action taken, A_t", kind: "action" },
  reward: { label: "reward", description: "R_{t+1}, the reward that followed the action", kind: "number" },
  G: { label: "G", description: "the discounted return from here to the episode's end", kind: "number" },
  gamma_t: { label: "γᵗ", description: "the discount of this step's update in (13.3)", kind: "number" },
  log_pi: { label: "log π", description: "ln π(A_t|S_t), natural logarithm", kind: "number" },
  entropy: { label: "entropy", description: "H(π(·|S_t)) in nats", kind: "number" },
  weight: {
    label: "weight c",
    description: "c_t = −∂L/∂ln π_t: how strongly ∇ln π_t enters the update",
    kind: "number",
  },
  size: { label: "size", description: "‖g_t‖, the norm of this step's gradient", kind: "number" },
  share: {
    label: "share",
    description: "g_t·g / ‖g‖², this step's signed part of the update; all sum to 1",
    kind: "percent",
  },
  entropy_weight: { label: "weight β", description: "β_t = −∂L/∂H_t", kind: "number" },
  terminated: { label: "terminated", description: "the environment ended the episode here", kind: "flag" },
  truncated: { label: "truncated", description: "a time limit cut the episode here", kind: "flag" },
};

/** The step table's columns in their order, for K actions, the loss's terms and the observation's names. */
export function columnViews(
  actionNames: readonly string[],
  terms: readonly { readonly column: string; readonly text: string }[],
  observationNames: readonly string[],
  hasEntropyWeight: boolean,
): ColumnView[] {
  const base = (name: string): ColumnView => ({ name, ...(baseColumns[name] as ColumnText) });
  const outputs = actionNames.map((action, index) =>
    output("dlogit", index, `∂L/∂z ${action}`, `∂L/∂logit of ${action}`),
  );
  const logits = actionNames.map((action, index) =>
    output("logit", index, `z ${action}`, `the logit of ${action}`),
  );
  const chances = actionNames.map((action, index) =>
    output("pi", index, `π ${action}`, `the probability of ${action}`),
  );
  return [
    ...["step", "episode", "t", "action", "reward", "G", "gamma_t", "log_pi", "entropy", "weight"].map(base),
    ...(hasEntropyWeight ? [base("entropy_weight")] : []),
    ...terms.map(({ column, text }) => termColumn(column, text)),
    ...outputs,
    base("size"),
    base("share"),
    ...chances,
    ...logits,
    ...observationNames.map((name, index) => observation(name, index)),
    base("terminated"),
    base("truncated"),
  ];
}

function output(group: string, index: number, label: string, description: string): ColumnView {
  return { name: `${group}[${index}]`, label, description, kind: "number", group };
}

function termColumn(name: string, text: string): ColumnView {
  return {
    name,
    label: name === "l" ? "ℓ" : name.replace("l_", "ℓ"),
    description: `this step's part of ${text}`,
    kind: "number",
  };
}

function observation(name: string, index: number): ColumnView {
  return {
    name: `obs[${index}]`,
    label: name,
    description: `the observation's ${name}`,
    kind: "number",
    group: "obs",
  };
}
