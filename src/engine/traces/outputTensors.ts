import type { ParameterView } from "../../policies/policy.ts";
import type { Derivatives } from "../inspection/inspectedLoss.ts";
import type { FrozenTrace } from "./frozenTrace.ts";

/** A quantity that the gradient of a trace's update ends at: its name, and one number for each step. */
interface OutputTensor {
  readonly name: string;
  /** The gradient there; undefined where it is not known. */
  readonly gradient: (derivatives: Derivatives) => Float64Array | undefined;
  readonly width: number;
  readonly index: number;
}

function tensors({ heads, specification }: FrozenTrace, actionNames: readonly string[]): OutputTensor[] {
  const width = specification.actionCount;
  const each = (symbol: string, gradient: OutputTensor["gradient"]) =>
    Array.from({ length: width }, (_, index) => ({
      name: `${symbol} ${actionNames[index] ?? index}`,
      gradient,
      width,
      index,
    }));
  const one = (name: string, gradient: OutputTensor["gradient"]) => [{ name, gradient, width: 1, index: 0 }];
  return [
    ...(heads.logits ? each("z", ({ gradient }) => gradient.logits) : []),
    ...(heads.mu ? each("μ", ({ gradient }) => gradient.mu) : []),
    ...(heads.mu ? each("ln σ", ({ gradient }) => gradient.logSigma) : []),
    ...(heads.logits || heads.mu ? [] : one("ln π", ({ adjoints }) => adjoints.log_pi)),
    ...(heads.values ? one("V", ({ gradient }) => gradient.values) : []),
  ];
}

/** The outputs of the policy as tensors [T] one after the other, as if each step's were parameters of their own. */
export function outputTensors(frozen: FrozenTrace, actionNames: readonly string[]): readonly ParameterView[] {
  const { steps } = frozen.batch;
  return tensors(frozen, actionNames).map(({ name }, place) => ({
    name,
    shape: [steps],
    offset: place * steps,
    length: steps,
  }));
}

/** The gradient at them, [tensors × T]; NaN where a policy's is not known, 0 where V's is not. */
export function tensorsOf(frozen: FrozenTrace, derivatives: Derivatives): Float64Array {
  const { steps } = frozen.batch;
  const all = tensors(frozen, []);
  const gradients = new Float64Array(all.length * steps);
  for (const [place, { name, gradient, width, index }] of all.entries()) {
    const values = gradient(derivatives);
    const missing = name === "V" ? 0 : Number.NaN;
    for (let t = 0; t < steps; t++) gradients[place * steps + t] = values?.[t * width + index] ?? missing;
  }
  return gradients;
}
