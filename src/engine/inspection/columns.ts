import type { ColumnView } from "../../protocol/views.ts";
import type { FrozenBatch } from "../frozenUpdate.ts";
import type { InspectedLoss } from "./inspectedLoss.ts";

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
  V: { label: "V", description: "V(S_t), the value estimate of the state", kind: "number" },
  V_next: { label: "V next", description: "V(S_{t+1}); 0 after termination", kind: "number" },
  delta: {
    label: "δ",
    description: "r + γ·V(S_{t+1}) − V(S_t), the temporal-difference error",
    kind: "number",
  },
  row: {
    label: "row",
    description: "row of the whole batch that this minibatch is part of",
    kind: "integer",
  },
  adv: { label: "A", description: "the advantage recorded before the batch's first update", kind: "number" },
  returns: { label: "G script", description: "the return that the script itself computed", kind: "number" },
  log_pi_old: {
    label: "log π old",
    description: "ln π(A_t|S_t) at the time the action was drawn",
    kind: "number",
  },
  V_old: { label: "V old", description: "V(S_t) before the batch's first update", kind: "number" },
  ratio: { label: "ratio", description: "π(A_t|S_t) over what it was when A_t was drawn", kind: "number" },
  kl: {
    label: "KL",
    description: "(ratio − 1) − ln ratio; its mean estimates KL(old, new) (k3 of CleanRL's approx_kl)",
    kind: "number",
  },
  dV: { label: "∂L/∂V", description: "∂L/∂V(S_t), by V and as V_next of the step before", kind: "number" },
  terminated: { label: "terminated", description: "the environment ended the episode here", kind: "flag" },
  truncated: { label: "truncated", description: "a time limit cut the episode here", kind: "flag" },
};

/** What a step table's columns depend on. */
export interface TableShape {
  readonly actionNames: readonly string[];
  readonly observationNames: readonly string[];
  /** Whether the policy is Gaussian: its outputs are μ and σ instead of logits. */
  readonly continuous: boolean;
  readonly hasValue: boolean;
  /** Whether the batch is a minibatch: its steps do not follow each other, and something was recorded before. */
  readonly isPart: boolean;
  readonly hasEntropyWeight: boolean;
  readonly terms: readonly { readonly column: string; readonly text: string }[];
}

/** The shape of an inspected loss's step table. */
export function tableShape(
  { frozen }: { readonly frozen: FrozenBatch },
  loss: InspectedLoss,
  names: Pick<TableShape, "actionNames" | "observationNames">,
): TableShape {
  return {
    actionNames: names.actionNames,
    observationNames: names.observationNames,
    continuous: frozen.specification.gaussian !== undefined,
    hasValue: frozen.specification.value !== undefined,
    isPart: frozen.batch.rows !== undefined,
    hasEntropyWeight: loss.verdict.fingerprint.entropyWeights !== undefined,
    terms: loss.terms.columns,
  };
}

/** A group of columns: one for every action, or every dimension of a continuous one. */
interface OutputGroup {
  readonly name: string;
  readonly label: string;
  readonly description: string;
}

const logitGradients: readonly OutputGroup[] = [
  { name: "dlogit", label: "∂L/∂z", description: "∂L/∂logit of" },
];
const gaussianGradients: readonly OutputGroup[] = [
  { name: "dmu", label: "∂L/∂μ", description: "∂L/∂μ of" },
  { name: "dsigma", label: "∂L/∂σ", description: "∂L/∂σ of" },
];
const logits: readonly OutputGroup[] = [
  { name: "pi", label: "π", description: "the probability of" },
  { name: "logit", label: "z", description: "the logit of" },
];
const gaussians: readonly OutputGroup[] = [
  { name: "a", label: "a", description: "the action taken, as it was drawn:" },
  { name: "mu", label: "μ", description: "the mean of" },
  { name: "sigma", label: "σ", description: "the standard deviation of" },
];

const first = ["step", "episode", "t", "action", "reward", "G", "gamma_t"];

/** The step table's columns in their order. */
export function columnViews(shape: TableShape): ColumnView[] {
  const { actionNames, continuous, hasValue, isPart, hasEntropyWeight } = shape;
  const outputs = (groups: readonly OutputGroup[]) =>
    groups.flatMap((group) => actionNames.map((action, index) => output(group, index, action)));
  return [
    ...first.map((name) => (name === "action" && continuous ? continuousAction : base(name))),
    ...(hasValue ? ["V", ...(isPart ? ["V_old"] : ["delta"])].map(base) : []),
    ...(isPart ? ["adv", "ratio", "kl"].map(base) : []),
    ...["log_pi", "entropy", "weight"].map(base),
    ...(hasEntropyWeight ? [base("entropy_weight")] : []),
    ...shape.terms.map(({ column, text }) => termColumn(column, text)),
    ...outputs(continuous ? gaussianGradients : logitGradients),
    ...(hasValue ? [base("dV")] : []),
    base("size"),
    base("share"),
    ...outputs(continuous ? gaussians : logits),
    ...(hasValue && !isPart ? [base("V_next")] : []),
    ...(isPart ? [base("row")] : []),
    ...shape.observationNames.map((name, index) => observation(name, index)),
    base("terminated"),
    base("truncated"),
  ];
}

const continuousAction: ColumnView = {
  name: "action",
  label: "action",
  description: "the action taken, A_t, as it was drawn; its first dimension where there are more",
  kind: "number",
};

function base(name: string): ColumnView {
  return { name, ...(baseColumns[name] as ColumnText) };
}

function output(group: OutputGroup, index: number, action: string): ColumnView {
  return {
    name: `${group.name}[${index}]`,
    label: `${group.label} ${action}`,
    description: `${group.description} ${action}`,
    kind: "number",
    group: group.name,
  };
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
