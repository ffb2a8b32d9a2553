import type { UpdateEvidence } from "./evidence.ts";
import { type Population, populationOf } from "./weights/normalise.ts";
import type { WeightSpec } from "./weights/options.ts";
import { targetsOf } from "./weights/targets.ts";

/** What a critic may be drawn to. */
export const criticTargetNames = [
  "returns",
  "unbootstrapped returns",
  "advantages + V",
  "recorded returns",
  "normalised returns",
  "TD target",
] as const;
export type CriticTarget = (typeof criticTargetNames)[number];

type Targets = Pick<WeightSpec, "rewards" | "lambda">;

/** The targets [T] of an update's steps; undefined where the trace does not hold what they are made of. */
export function criticTargets(
  update: UpdateEvidence,
  { rewards, lambda }: Targets,
  target: CriticTarget,
): Float64Array | undefined {
  const { context, gamma, places, recordedReturns, steps } = update;
  const own = (whole: Float64Array) => Float64Array.from(places, (place) => whole[place]!);
  const made = (returns: WeightSpec["returns"], ends: WeightSpec["ends"]) =>
    targetsOf(context, gamma, { rewards, returns, ends, lambda });
  const beside = (advantages: Float64Array) =>
    context.values && own(advantages.map((advantage, t) => advantage + context.values![t]!));
  switch (target) {
    case "returns":
      return own(made("toGo", "natural"));
    case "unbootstrapped returns":
      return own(made("toGo", "noBootstrap"));
    case "normalised returns":
      return standardised(made("toGo", "natural"), own);
    case "recorded returns":
      return recordedReturns?.length === steps ? recordedReturns : undefined;
    case "advantages + V":
      return context.values && beside(made("gae", "natural"));
    case "TD target":
      return context.values && beside(made("tdError", "natural"));
  }
}

function standardised(
  whole: Float64Array,
  own: (whole: Float64Array) => Float64Array,
): Float64Array | undefined {
  const { deviation }: Population = populationOf(whole);
  if (!(deviation > 0)) return undefined;
  const mean = whole.reduce((sum, value) => sum + value, 0) / whole.length;
  return own(whole.map((value) => (value - mean) / deviation));
}

/** V_t − G_t and V_t − (r_t + γV_{t+1}) of every step of an update with a critic. */
export function valueErrors(update: UpdateEvidence): (readonly [far: number, near: number])[] {
  const plain = { rewards: "own", lambda: 1 } as const;
  const returns = criticTargets(update, plain, "returns")!;
  const near = criticTargets(update, plain, "TD target") ?? returns;
  return Array.from(update.values!, (value, t) => [value - returns[t]!, value - near[t]!]);
}
