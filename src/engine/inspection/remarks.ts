import { formatSignificant } from "../../diagnosis/scale.ts";
import { cutRows } from "../../policies/valueHead.ts";
import { timeLimitAsEnd } from "../../rl/episodeEnds.ts";
import type { BatchInspector } from "./batchInspector.ts";

/** How many numbers a sentence lists. */
const listed = 3;

/** What is unusual about how an update's batch was made, a sentence each; none for most. */
export function batchRemarks(inspector: BatchInspector): string[] {
  return [...timeLimitRemark(inspector), ...traceRemark(inspector), ...dropoutRemark(inspector)];
}

/** How much of the update goes along what earlier steps left in the traces, and how fast that fades. */
function traceRemark(inspector: BatchInspector): string[] {
  const { batch } = inspector.frozen;
  const { evaluation, projections, gradientNorm } = inspector.trainer;
  const { traces = {} } = evaluation.heads;
  if (batch.carried === undefined || gradientNorm === 0) return [];
  const before = batch.time[0]!;
  const own = projections.reduce((sum, projection) => sum + projection, 0) / gradientNorm ** 2;
  const parts = Object.entries(batch.carried).map(([name, { gradient }]) => {
    const decay = decayOf(inspector, name, traces[name] ?? 0);
    const fading = decay === undefined ? "" : `, a gradient k steps old with ${significant(decay)}^k`;
    return `‖${name}‖ ${significant(norm(gradient))}${fading}`;
  });
  const steps = before === 1 ? "the step" : `the ${before} steps`;
  return [
    `${significant(100 * (1 - own))} % of this update goes along the eligibility traces of ${steps} before it: ${parts.join("; ")}. They hold gradients of older parameters.`,
  ];
}

/** That the pass which acted is the one that is differentiated, and how much of it was dropped. */
function dropoutRemark({ frozen: { batch, specification } }: BatchInspector): string[] {
  const { hidden, dropout } = specification;
  if (dropout === undefined || batch.masks === undefined) return [];
  const units = hidden.reduce((sum, size) => sum + size, 0);
  const kept = batch.masks.reduce((sum, bits) => sum + bitCount(bits), 0);
  const share = significant(100 * (1 - kept / (units * batch.steps)));
  return [
    `Dropout ${dropout}: of ${units} hidden units at each of ${batch.steps} steps ${share} % were dropped when the action was drawn; the same are 0 here, and those kept count ${significant(1 / (1 - dropout))}-fold.`,
  ];
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest > 0; rest >>= 1) count += rest & 1;
  return count;
}

/** By what the statement of a trace multiplies the trace before: the ratio of their adjoints. */
function decayOf(
  { trainer: { evaluation } }: BatchInspector,
  name: string,
  before: number,
): number | undefined {
  const { program } = evaluation.compiled;
  const statement = program.statements.findLast((one) => one.name === name);
  const after = statement && evaluation.evaluation.node(statement.expression.id)?.adjoint[0];
  return after ? before / after : undefined;
}

function norm(vector: Float64Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}

function significant(value: number): string {
  return formatSignificant(value, 4);
}

/** What a time limit that counts as an end leaves out: γV(s_T), with the numbers where they are known. */
function timeLimitRemark({ frozen, heads }: BatchInspector): string[] {
  const { batch, gamma } = frozen;
  const rows = [...batch.truncated.keys()].filter((t) => batch.truncated[t] === timeLimitAsEnd);
  if (rows.length === 0 || heads.values === undefined) return [];
  const { finalValues } = heads;
  const cuts = cutRows(batch, batch.steps);
  const missing = finalValues && rows.map((t) => gamma * finalValues[cuts.indexOf(t)]!);
  const what = rows.length === 1 ? "the step" : `the ${rows.length} steps`;
  const numbers = missing ? ` (${listOf(missing)})` : "";
  return [
    `A time limit counts as an end here: behind ${what} that it cut, V_next is 0, and δ lacks γV(s_T)${numbers}. With bootstrapping that stands for the rest of an episode that could have gone on.`,
  ];
}

function listOf(numbers: readonly number[]): string {
  const shown = numbers.slice(0, listed).map(significant);
  return `${shown.join(", ")}${numbers.length > listed ? " …" : ""}`;
}
