import type { PolicySpecification } from "../../policies/policy.ts";

/** How a library writes what a forward pass needs. */
export interface ForwardDialect {
  readonly activation: (kind: PolicySpecification["activation"], x: string) => string;
}

/** Variables that a policy's forward pass leaves behind, layer by layer, for a backward pass by hand. */
export interface ForwardPass {
  readonly lines: readonly string[];
  /** "logits", or "mu" and "s", and "V_seen", each with the layer it comes from and what that layer was given. */
  readonly outputs: readonly PassedOutput[];
  /** Hidden layers of both networks from the input on: variable of the activation, and of what it was made from. */
  readonly hidden: readonly (readonly HiddenLayer[])[];
}

export interface PassedOutput {
  readonly name: "logits" | "mu" | "s" | "V_seen";
  readonly weights: string;
  readonly bias: string | undefined;
  readonly input: string;
}

export interface HiddenLayer {
  readonly name: string;
  readonly weights: string;
  readonly bias: string | undefined;
  readonly input: string;
  /** What dropout multiplies the activation with, a matrix; the activation itself has another name then. */
  readonly factor?: string;
}

/** The name of a layer's activation before dropout. */
export function wholeName({ name, factor }: Pick<HiddenLayer, "name" | "factor">): string {
  return factor === undefined ? name : `${name}_whole`;
}

function withFactor(layer: HiddenLayer): HiddenLayer {
  return { ...layer, factor: `${layer.name}_factor` };
}

/** The forward pass as straight Python: h1 = relu(observations @ W1.T + b1), … */
export function forwardPass(specification: PolicySpecification, dialect: ForwardDialect): ForwardPass {
  const { hidden, gaussian, value, bias, activation } = specification;
  const policyHidden = hiddenLayers(hidden.length, "h", "W", "b", bias);
  const valueHidden = value?.trunk === "own" ? hiddenLayers(value.hidden.length, "k", "V", "c", bias) : [];
  const top = policyHidden.at(-1)?.name ?? "observations";
  const last = (name: PassedOutput["name"], suffix: string | number): PassedOutput => ({
    name,
    weights: `W${suffix}`,
    bias: bias ? `b${suffix}` : undefined,
    input: top,
  });
  const outputs: PassedOutput[] =
    gaussian === undefined
      ? [last("logits", hidden.length + 1)]
      : [last("mu", "m"), ...(gaussian.sigma === "network" ? [last("s", "s")] : [])];
  if (value?.trunk === "shared") outputs.push(last("V_seen", "v"));
  if (value?.trunk === "own") {
    const count = value.hidden.length + 1;
    const input = valueHidden.at(-1)?.name ?? "observations";
    outputs.push({ name: "V_seen", weights: `V${count}`, bias: bias ? `c${count}` : undefined, input });
  }
  const isDropped = specification.dropout !== undefined;
  const dropped = isDropped ? policyHidden.map(withFactor) : policyHidden;
  const lines = [...dropped, ...valueHidden].flatMap((layer) => {
    const whole = `${layer.factor ? wholeName(layer) : layer.name} = ${dialect.activation(activation, affine(layer))}`;
    return layer.factor ? [whole, `${layer.name} = ${wholeName(layer)} * ${layer.factor}`] : [whole];
  });
  lines.push(...outputs.map((output) => `${output.name} = ${affine(output)}`));
  return { lines, outputs, hidden: [dropped, valueHidden] };
}

function hiddenLayers(
  count: number,
  name: string,
  weights: string,
  bias: string,
  hasBias: boolean,
): HiddenLayer[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${name}${index + 1}`,
    weights: `${weights}${index + 1}`,
    bias: hasBias ? `${bias}${index + 1}` : undefined,
    input: index === 0 ? "observations" : `${name}${index}`,
  }));
}

function affine({ input, weights, bias }: Pick<HiddenLayer, "input" | "weights" | "bias">): string {
  return `${input} @ ${weights}.T${bias === undefined ? "" : ` + ${bias}`}`;
}
