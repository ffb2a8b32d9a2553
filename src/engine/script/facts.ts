import { offeredSymbols, traceNames } from "../../loss/names.ts";
import { printLoss } from "../../loss/print/print.ts";
import { architectureOf } from "../../policies/architecture.ts";
import type { ParameterView } from "../../policies/policy.ts";
import { followingRows } from "../../policies/valueHead.ts";
import type { FrozenUpdate } from "../frozenUpdate.ts";
import type { Inspector } from "../inspection/inspector.ts";
import { countEpisodes } from "../lossInputs.ts";
import { seenObservations } from "../proof/problem.ts";
import { UserError } from "../userError.ts";
import { embedded, pythonNumber, textLines } from "./embed.ts";

export type ScriptTarget = "pytorch" | "numpy";

/** What a script of an update is made of, but for what its library makes different. */
export interface ScriptFacts {
  readonly title: string;
  /** The printed loss: imports, helpers and `policy_loss`. */
  readonly loss: string;
  /** Names of the arguments of `policy_loss`, in order. */
  readonly arguments: readonly string[];
  /** Python that makes every parameter of the policy, by its name. */
  readonly parameters: readonly string[];
  readonly parameterNames: readonly string[];
  /** Python that makes the batch's columns and numbers, by the loss language's names. */
  readonly data: readonly string[];
  /** Python that makes what dropout multiplies every hidden layer with; empty without dropout. */
  readonly dropout: readonly string[];
  /** Eligibility traces that the loss reads: Python that makes each one's value and, by parameter, its gradient. */
  readonly traces: readonly { readonly name: string; readonly lines: readonly string[] }[];
  /** Python that makes the columns recorded before the update, which stand before what would be computed here. */
  readonly columns: readonly string[];
  /** Python that makes what the trainer recorded: `recorded_loss`, `recorded_gradient`, `recorded_log_pi`. */
  readonly recorded: readonly string[];
}

/** Gathers an opened update's weights, batch, loss and numbers as Python. Throws UserError where the loss cannot be printed. */
export function scriptFacts(inspector: Inspector, target: ScriptTarget, title: string): ScriptFacts {
  const { frozen, trainer, heads } = inspector;
  const kind = frozen.specification.gaussian === undefined ? "discrete" : "continuous";
  const printed = printLoss(frozen.loss, target, { symbols: offeredSymbols(kind) });
  if (!printed.ok) {
    const [first] = printed.diagnostics;
    throw new UserError("unwritable", `This loss cannot be exported: ${first?.message}.`, first?.hint);
  }
  const [, list = ""] = /^def policy_loss\((.*)\):$/m.exec(printed.text) ?? [];
  const { parameters } = architectureOf(frozen.specification);
  const gradients = parameters.map(
    ({ name, offset, length }) =>
      [name, trainer.gradient.gradient.subarray(offset, offset + length)] as const,
  );
  return {
    title,
    loss: printed.text.trimEnd(),
    arguments: list.split(", ").filter((name) => name !== ""),
    parameters: parameters.map(({ name, shape, offset, length }) =>
      embedded(name, frozen.theta.subarray(offset, offset + length), shape),
    ),
    parameterNames: parameters.map(({ name }) => name),
    data: dataLines(frozen),
    dropout: dropoutLines(frozen, target),
    traces: tracesOf(frozen, parameters, printed.text),
    columns: Object.entries(frozen.batch.recorded ?? {}).map(([name, values]) =>
      embedded(name, values, [frozen.batch.steps]),
    ),
    recorded: [
      `recorded_loss = ${pythonNumber(trainer.evaluation.value)}`,
      embedded("recorded_log_pi", heads.logProbabilities, [frozen.batch.steps]),
      "recorded_gradient = {}",
      ...gradients.map(([name, values], index) =>
        embedded(`recorded_gradient["${name}"]`, values, parameters[index]!.shape),
      ),
    ],
  };
}

/** h1_factor, h2_factor, …: [rows × units] of 0 where a unit was dropped, else 1/(1 − p). */
function dropoutLines({ batch, specification }: FrozenUpdate, target: ScriptTarget): string[] {
  const { hidden, dropout } = specification;
  if (dropout === undefined || batch.masks === undefined) return [];
  const text = Buffer.from(batch.masks).toString("base64");
  const layers = hidden.map((size, index) => {
    const first = hidden.slice(0, index).reduce((sum, units) => sum + units, 0);
    const rows = `[[kept(row, ${first} + unit) for unit in range(${size})] for row in range(len(observations))]`;
    const matrix = target === "numpy" ? `np.array(${rows})` : `torch.tensor(${rows}, dtype=torch.float64)`;
    return `h${index + 1}_factor = ${matrix}`;
  });
  return [
    "",
    `# Dropout ${dropout}: the hidden units that were kept when the actions were drawn, a bit for each, row by row.`,
    `mask_bits = base64.b64decode(${textLines(text)})`,
    "mask_bytes = len(mask_bits) // T",
    "",
    "",
    "def kept(row, unit):",
    "    place = row * mask_bytes + unit // 8",
    `    return ${pythonNumber(1 / (1 - dropout))} if row < T and mask_bits[place] >> (unit % 8) & 1 else 0.0`,
    "",
    "",
    ...layers,
    "",
  ];
}

/** `z_theta_value` and `z_theta_gradient`, a dictionary. A trace that nothing was left in is 0. */
function tracesOf(
  { batch }: FrozenUpdate,
  parameters: readonly ParameterView[],
  printed: string,
): ScriptFacts["traces"] {
  const used = traceNames.filter((name) =>
    new RegExp(`^def policy_loss\\(.*\\b${name}\\b.*\\):$`, "m").test(printed),
  );
  return used.map((name) => {
    const trace = batch.carried?.[name];
    const lines = parameters.map(({ name: parameter, shape, offset, length }) => {
      const part = trace?.gradient.subarray(offset, offset + length) ?? new Float64Array(length);
      return embedded(`${name}_gradient["${parameter}"]`, part, shape);
    });
    return {
      name,
      lines: [`${name}_value = ${pythonNumber(trace?.value ?? 0)}`, `${name}_gradient = {}`, ...lines],
    };
  });
}

function dataLines(frozen: FrozenUpdate): string[] {
  const { batch, specification, gamma, learningRate } = frozen;
  const { steps } = batch;
  const seen = seenObservations(batch);
  const { observationSize, actionCount, gaussian, value } = specification;
  const column = (name: string, values: ArrayLike<number>) => embedded(name, values, [steps]);
  // The steps of a minibatch do not follow each other.
  const following = batch.rows ? new Int32Array(steps).fill(-1) : followingRows(batch, steps);
  const nextRow = value === undefined ? [] : [column("next_row", following)];
  return [
    embedded("observations", seen, [seen.length / observationSize, observationSize]),
    gaussian === undefined ? column("a", batch.actions) : embedded("a", batch.actions, [steps, actionCount]),
    column("r", batch.rewards),
    column("t", batch.time),
    column("terminated", batch.terminated),
    column(
      "truncated",
      batch.truncated.map((flag) => (flag === 0 ? 0 : 1)),
    ),
    ...nextRow,
    `gamma = ${pythonNumber(gamma)}`,
    `alpha = ${pythonNumber(learningRate)}`,
    `T = ${steps}`,
    `N = ${countEpisodes(batch)}`,
  ];
}
