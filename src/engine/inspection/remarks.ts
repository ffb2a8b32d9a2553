import type { Batch } from "../../rl/batch.ts";
import { timeLimitAsEnd } from "../../rl/episodeEnds.ts";
import type { Inspector } from "./inspector.ts";

/** How many numbers a sentence lists. */
const listed = 3;

/** What is unusual about how an update's batch was made, a sentence each; none for most. */
export function batchRemarks(inspector: Inspector): string[] {
  return [...timeLimitRemark(inspector), ...traceRemark(inspector)];
}

/** How much of the update goes along what earlier steps left in the traces, and how fast that fades. */
function traceRemark(inspector: Inspector): string[] {
  const { batch } = inspector.frozen;
  const { evaluation, projections, gradientNorm } = inspector.trainer;
  const { traces = {} } = evaluation.heads;
  if (batch.carried === undefined) return [];
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

/** By what the statement of a trace multiplies the trace before: the ratio of their adjoints. */
function decayOf({ trainer: { evaluation } }: Inspector, name: string, before: number): number | undefined {
  const { program } = evaluation.compiled;
  const statement = program.statements.findLast((one) => one.name === name);
  const after = statement && evaluation.evaluation.node(statement.expression.id)?.adjoint[0];
  return after ? before / after : undefined;
}

function norm(vector: Float64Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}

function significant(value: number): number {
  return Number(value.toPrecision(4));
}

/** What a time limit that counts as an end leaves out: γV(s_T), with the numbers where they are known. */
function timeLimitRemark({ frozen, heads }: Inspector): string[] {
  const { batch, gamma } = frozen;
  const rows = [...batch.truncated.keys()].filter((t) => batch.truncated[t] === timeLimitAsEnd);
  if (rows.length === 0 || heads.values === undefined) return [];
  const { finalValues } = heads;
  const missing = finalValues && rows.map((t) => gamma * finalValues[cutsBefore(batch, t)]!);
  const what = rows.length === 1 ? "the step" : `the ${rows.length} steps`;
  const numbers = missing ? `: ${listOf(missing)}` : "";
  return [
    `A time limit counts as an end here: behind ${what} that it cut, V_next is 0, and δ lacks γV(s_T)${numbers}. The episode could have gone on; with bootstrapping V(s_T) stands for the rest.`,
  ];
}

/** How many episodes were cut before row t: the place of its final observation. */
function cutsBefore({ terminated, truncated }: Batch, t: number): number {
  let cuts = 0;
  for (let row = 0; row < t; row++) if (terminated[row] !== 1 && truncated[row] !== 0) cuts++;
  return cuts;
}

function listOf(numbers: readonly number[]): string {
  const shown = numbers.slice(0, listed).map(significant);
  return `${shown.join(", ")}${numbers.length > listed ? ", …" : ""}`;
}
