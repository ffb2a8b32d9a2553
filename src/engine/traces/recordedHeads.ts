import type { UpdateEvidence } from "../../diagnosis/trace/evidence.ts";
import { HeadReader } from "../../policies/headReader.ts";
import type { Heads, OpaqueHeads, PolicySpecification } from "../../policies/policy.ts";
import { followingRows } from "../../policies/valueHead.ts";
import type { EpisodeEnds } from "../../rl/episodeEnds.ts";
import type { UpdateRecord } from "../../runs/trace/trace.ts";
import { atPlaces, inOrder, type StepOrder } from "./stepOrder.ts";

/** What a trace says of a policy at the steps of an update. */
export interface RecordedHeads {
  readonly heads: Heads | OpaqueHeads;
  /** Of its outputs; the layers before them are not in a trace. */
  readonly specification: PolicySpecification;
  /** Which of the heads are known, and which of these as they were recorded instead of recomputed from the outputs. */
  readonly known: ReadonlySet<HeadName>;
  readonly recorded: ReadonlySet<HeadName>;
  /** Whether there are outputs, but those of another policy than the recorded ln π: of that which sampled, or by mistake. */
  readonly isAnotherPolicy: boolean;
}

export type HeadName = "log_pi" | "entropy" | "outputs" | "V" | "V_next";

/** Farther than this from the recorded ln π, the recorded outputs are those of another policy: of the one that sampled. */
const sameLogProbability = 1e-4;

/** Reads a policy's heads from the update's own record, and where that says nothing from its outputs. */
export function recordedHeads(
  update: UpdateEvidence,
  record: UpdateRecord,
  order: StepOrder,
  ends: EpisodeEnds,
): RecordedHeads {
  const logProbs = update.hasOwnLogProbs || !update.isRollout ? update.logProbs : undefined;
  const own = { logProbs: inOrder(logProbs, order), entropies: inOrder(update.entropies, order) };
  const outputs = outputsOf(update, record, order, own.logProbs);
  const values = valuesOf(update, order, ends);
  const unknown = () => new Float64Array(order.steps).fill(Number.NaN);
  const common = {
    logProbabilities: own.logProbs ?? outputs?.heads.logProbabilities ?? unknown(),
    entropies: own.entropies ?? outputs?.heads.entropies ?? unknown(),
    ...values,
  };
  const known = new Set<HeadName>();
  if (outputs) known.add("outputs");
  if (own.logProbs ?? outputs) known.add("log_pi");
  if (own.entropies ?? outputs) known.add("entropy");
  if (values.values) known.add("V");
  if (values.nextValues?.every((value) => !Number.isNaN(value))) known.add("V_next");
  const recorded = new Set<HeadName>(["outputs", "V", "V_next"]);
  if (own.logProbs) recorded.add("log_pi");
  if (own.entropies) recorded.add("entropy");
  const value = values.values === undefined ? {} : { value: { trunk: "shared" } as const };
  return {
    heads: outputs ? { ...outputs.heads, ...common } : common,
    specification: { ...(outputs?.specification ?? withoutOutputs), ...value },
    known,
    recorded,
    isAnotherPolicy: update.policy !== undefined && outputs === undefined,
  };
}

const withoutOutputs: PolicySpecification = {
  observationSize: 0,
  hidden: [],
  activation: "relu",
  bias: false,
  actionCount: 0,
};

/** The heads that the recorded outputs give; undefined without outputs, or where they are not those of the update. */
function outputsOf(
  { policy, steps }: UpdateEvidence,
  { vectors }: UpdateRecord,
  order: StepOrder,
  logProbs: Float64Array | undefined,
): { heads: Heads; specification: PolicySpecification } | undefined {
  if (!policy) return undefined;
  const actions = inOrder(policy.actions, order);
  const isCategorical = policy.kind === "categorical";
  const actionCount = isCategorical ? policy.actionCount : policy.dimensions;
  if (
    isCategorical &&
    !actions.every((action) => Number.isInteger(action) && action >= 0 && action < actionCount)
  )
    return undefined;
  const specification: PolicySpecification = {
    ...withoutOutputs,
    actionCount,
    ...(!isCategorical && { gaussian: { sigma: "network", by: "exp" } as const }),
  };
  const raw = isCategorical
    ? inOrder(vectors.get("logits")?.data ?? policy.logits, order)
    : sideBySide(inOrder(policy.mu, order), inOrder(policy.logSigma, order), steps);
  const heads = new HeadReader(specification, steps).readAll(raw, actions, steps, undefined);
  return agrees(heads.logProbabilities, logProbs) ? { heads, specification } : undefined;
}

function agrees(recomputed: Float64Array, recorded: Float64Array | undefined): boolean {
  return recorded?.every((value, t) => !(Math.abs(value - recomputed[t]!) > sameLogProbability)) ?? true;
}

/** [T × 2d]: the means and the deviations of every step. */
function sideBySide(mu: Float64Array, logSigma: Float64Array, steps: number): Float64Array {
  const width = mu.length / steps;
  const outputs = new Float64Array(2 * mu.length);
  for (let t = 0; t < steps; t++) {
    outputs.set(mu.subarray(t * width, (t + 1) * width), 2 * t * width);
    outputs.set(logSigma.subarray(t * width, (t + 1) * width), (2 * t + 1) * width);
  }
  return outputs;
}

/** V(s_t), and of a whole batch V of the state after each step: NaN where an end's is not recorded. */
function valuesOf(update: UpdateEvidence, order: StepOrder, ends: EpisodeEnds) {
  const values = inOrder(update.values, order);
  if (values === undefined || order.isPart) return { values, nextValues: undefined };
  const finals = atPlaces(order.context.finalValues, order);
  const nextValues = new Float64Array(order.steps);
  followingRows(ends, order.steps).forEach((row, t) => {
    nextValues[t] = row < 0 ? 0 : row < order.steps ? values[row]! : finals[t]!;
  });
  return { values, nextValues };
}
