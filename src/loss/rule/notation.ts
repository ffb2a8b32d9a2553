/** What a function of the state is in the language; `next` where its argument is the state that follows. */
export interface StateFunction {
  readonly now: string;
  readonly next?: string;
}

/** Functions of state or policy that books write with arguments: v̂(S,w), b(S), H(π), π(A|S). */
export const STATE_FUNCTIONS: ReadonlyMap<string, StateFunction> = new Map<string, StateFunction>([
  ...["V", "v", "b", "V_t", "v_t", "V_w", "v_w", "V_phi", "b_w", "v_pi", "V_pi", "V_theta"].map(
    (name) => [name, { now: "V", next: "V_next" }] as const,
  ),
  ...["H", "entropy", "S_entropy"].map((name) => [name, { now: "entropy" }] as const),
]);

/** Words that only stand for a state, an action or parameters: their brackets are no product. */
export const ARGUMENT_WORDS: ReadonlySet<string> = new Set(
  "s S s_t S_t S_next s_next s_t1 S_t1 S_k s_k state obs o o_t x X x_t a A a_t A_t A_k theta w phi psi theta_t w_t pi St At st at tau tau_t".split(
    " ",
  ),
);

/** The state that follows. */
export const NEXT_STATES: ReadonlySet<string> = new Set(["S_next", "s_next", "S_t1", "s_t1"]);

/** Names of rules that have another name in the language, whatever stands around them. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ...["pi_theta", "pi_t", "pi_phi"].map((name) => [name, "pi"] as const),
  ...["G_t", "Gt", "G_k", "G_t1"].map((name) => [name, "G"] as const),
  ...["R_t1", "r_t", "r_t1", "R_next", "r_next"].map((name) => [name, "r"] as const),
  ...["delta_t", "td_errors", "TD"].map((name) => [name, "delta"] as const),
  ...["V_t", "V_w", "V_phi", "v_w"].map((name) => [name, "V"] as const),
  ...["V_t1", "v_t1"].map((name) => [name, "V_next"] as const),
  ...["A_t", "Adv", "A_hat", "A_k"].map((name) => [name, "adv"] as const),
  ...["H_t"].map((name) => [name, "entropy"] as const),
  ...["lambda_theta", "lambda_w"].map((name) => [name, "lambda"] as const),
  ...["rho_t", "rho", "ratio_t", "r_theta"].map((name) => [name, "ratio"] as const),
  ...["z_t", "e", "e_t", "z_w", "z_theta"].map((name) => [name, name] as const),
]);

/** The language's own spelling of a name of a rule. */
export function plainName(name: string): string {
  return SPELLINGS.get(name) ?? name;
}

/** Step sizes: they belong to the optimiser, not to the loss. */
const STEP_SIZE = /^(?:alpha|eta|lr|learning_rate|step_size|epsilon_step)(?:_[a-z]+\d*)?$/;

export function isStepSize(name: string): boolean {
  return STEP_SIZE.test(name);
}

/** Names of parameter vectors; a rule may use any other on both of its sides. */
const PARAMETERS =
  /^(?:theta|w|W|phi|psi|omega|nu|params|parameters|weights)(?:_?(?:t|t1|k|k1|new|old|pi|v|actor|critic|policy|value|\d+))?$/;

export function isParameterName(name: string): boolean {
  return PARAMETERS.test(name);
}

/** θ_t and θ_{t+1} are the same vector before and after. */
export function parameterStem(name: string): string {
  return name.replace(/_(?:t1|t|k1|k|new|old)$/, "");
}
