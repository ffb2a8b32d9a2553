import { namedNumbers } from "../../loss/scalars.ts";
import type { RatioView } from "../../protocol/views.ts";
import { summariseRatios } from "../../rl/policyRatio.ts";
import type { BatchInspector } from "./batchInspector.ts";
import type { InspectedLoss } from "./inspectedLoss.ts";

/** ε where the loss does not say it, as in PPO's paper. */
const usualEpsilon = 0.2;

/** How far the policy has gone from the one that acted, for a minibatch; the loss's bare number `eps` says what counts as far. */
export function ratioView(inspector: BatchInspector, loss: InspectedLoss): RatioView | undefined {
  const ratios = inspector.column(loss, "ratio");
  if (ratios === undefined) return undefined;
  const numbers = namedNumbers(loss.evaluation.compiled.program);
  const epsilon = numbers.find(({ name }) => name === "eps")?.value ?? usualEpsilon;
  return summariseRatios(ratios, epsilon);
}

/** "approx_kl 0.00213 · clip fraction 3.1 % (ε = 0.2)" */
export function ratioWords({ approximateKl, clipFraction, epsilon }: RatioView): string {
  return `approx_kl ${Number(approximateKl.toPrecision(4))} · clip fraction ${Number((100 * clipFraction).toFixed(2))} % (ε = ${epsilon})`;
}
