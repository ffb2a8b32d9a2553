import type { Generator } from "../../rl/generator.ts";
import type { Checked } from "./checks.ts";
import { typicalSize } from "./compare.ts";
import { LossFunction, textOf } from "./lossFunction.ts";
import { dot, Gauge, randomDirection } from "./measure.ts";
import type { ProofProblem } from "./problem.ts";

const directions = 4;

/**
 * What `detach` takes away: derivatives of the loss with nothing held, beside those of the loss as it trains. Null where
 * nothing that depends on the heads is detached. Information, not a failure: to remove it is what detach is for.
 */
export async function detachedSentence(
  problem: ProofProblem,
  checked: Checked,
  generator: Generator,
): Promise<string | null> {
  const { detached } = checked.held;
  if (detached.length === 0) return null;
  const { compiled } = checked.evaluation;
  const names = [...new Set(detached.map((node) => textOf(compiled, node)))].join(", ");
  const whole = new LossFunction(compiled, problem, checked.policy, checked.inputs);
  const gauge = new Gauge(whole, problem.theta, generator);
  const scale = typicalSize(checked.gradient);
  let worst = 0;
  for (let draw = 0; draw < directions; draw++) {
    const direction = randomDirection(problem.theta.length, generator);
    const found = gauge.measure(direction);
    if ("kind" in found) continue;
    const off = Math.abs(found.value - dot(checked.gradient, direction));
    if (off > 8 * found.error) worst = Math.max(worst, off / Math.max(Math.abs(found.value), scale));
  }
  if (worst === 0) return `${names}: held, and without detach the derivative would be the same here`;
  const percent = (100 * worst).toPrecision(3);
  return `${names}: held; without detach the derivative along a random direction would differ by up to ${percent} %`;
}
