import { numberOf } from "../symbolic/term.ts";
import {
  axisOf,
  type Call,
  indexText,
  laneOf,
  type PythonLibrary,
  rankOf,
  type Spellings,
  sequenceCall,
} from "./python.ts";

function method(name: string) {
  return (call: Call) => `${call.receiver(0)}.${name}()`;
}

function torch(name: string, count = 1) {
  return (call: Call) =>
    `torch.${name}(${Array.from({ length: count }, (_, index) => call.argument(index)).join(", ")})`;
}

function functional(name: string, count = 1) {
  return (call: Call) =>
    `F.${name}(${Array.from({ length: count }, (_, index) => call.argument(index)).join(", ")})`;
}

/** `dim=…` and `keepdim=True` of a reduction, as the call has them. */
function reduced(call: Call, ...more: readonly string[]): string {
  const axis = axisOf(call);
  const dimension = axis === undefined ? [] : [`dim=${axis}`];
  const keep = call.settings.keepDimension && axis !== undefined ? ["keepdim=True"] : [];
  return [...dimension, ...more, ...keep].join(", ");
}

/** A reduction of everything that keeps its axes has as many axes of size 1. */
function kept(call: Call, text: string): string {
  const isWhole = call.settings.keepDimension && axisOf(call) === undefined && rankOf(call) > 0;
  return isWhole ? `${text}.reshape(${Array(rankOf(call)).fill(1).join(", ")})` : text;
}

function reduction(name: string, ...more: readonly string[]) {
  return (call: Call) => kept(call, `${call.receiver(0)}.${name}(${reduced(call, ...more)})`);
}

function deviation(name: string) {
  return (call: Call) =>
    kept(call, `${call.receiver(0)}.${name}(${reduced(call, `correction=${call.settings.correction}`)})`);
}

function lane(name: string) {
  return (call: Call) => {
    const axis = laneOf(call);
    if (axis !== undefined) return `${name}(${call.argument(0)}, ${axis})`;
    return `${name}(${call.receiver(0)}.flatten(), 0).reshape(${call.receiver(0)}.shape)`;
  };
}

/** A ready-made loss broadcasts its target as our language does; written out where its number is no plain one. */
function penalty(name: string, extra?: string, writtenOut?: (d: string, extra: string) => string) {
  return (call: Call) => {
    const { reduction } = call.settings;
    const number = call.term.operands[2];
    if (number && !number.number && writtenOut) {
      const loss = writtenOut(`(${call.argument(0)} - ${call.plain(1)})`, call.plain(2));
      return reduction === "none" ? loss : `${loss}.${reduction}()`;
    }
    const more = extra === undefined ? "" : `, ${extra}=${call.plain(2)}`;
    const fits = call.shapes[0]!.length === call.shapes[1]!.length && !call.term.operands[1]!.number;
    const pair = `${call.argument(0)}, ${call.argument(1)}`;
    const both = fits ? pair : `*torch.broadcast_tensors(${pair})`;
    return `F.${name}(${both}${reduction === "mean" ? "" : `, reduction="${reduction}"`}${more})`;
  };
}

function perAction(name: string) {
  return (call: Call) =>
    `F.${name}(${call.argument(0)}, ${call.receiver(1)}.long(), reduction="${call.settings.reduction}")`;
}

function sequence(name: string, count: number) {
  return (call: Call) => sequenceCall(call, name, count);
}

/** A plain number stays one: at number bounds torch's gradient is another than at tensors. */
function bounds(call: Call): string {
  const [low, high] = [call.term.operands[1]!, call.term.operands[2]!];
  const parts = [
    numberOf(low) === Number.NEGATIVE_INFINITY ? [] : [`min=${call.plain(1)}`],
    numberOf(high) === Number.POSITIVE_INFINITY ? [] : [`max=${call.plain(2)}`],
  ];
  return parts.flat().join(", ");
}

const SPELLINGS: Spellings = {
  detach: method("detach"),
  exp: torch("exp"),
  expm1: torch("expm1"),
  log: torch("log"),
  log1p: torch("log1p"),
  log2: torch("log2"),
  log10: torch("log10"),
  sqrt: torch("sqrt"),
  rsqrt: torch("rsqrt"),
  square: torch("square"),
  reciprocal: torch("reciprocal"),
  sin: torch("sin"),
  cos: torch("cos"),
  tanh: torch("tanh"),
  sigmoid: torch("sigmoid"),
  logsigmoid: functional("logsigmoid"),
  abs: torch("abs"),
  relu: functional("relu"),
  leaky_relu: (call) =>
    `torch.where(${call.receiver(0)} > 0, ${call.argument(0)}, ${call.receiver(0)} * ${call.plain(1)})`,
  elu: (call) =>
    `torch.where(${call.receiver(0)} > 0, ${call.argument(0)}, ${call.plain(1)} * torch.expm1(torch.clamp(${call.argument(0)}, max=0)))`,
  softplus: (call) => `${call.helper("softplus")}(${call.argument(0)}, ${call.plain(1)})`,
  sign: torch("sign"),
  floor: torch("floor"),
  ceil: torch("ceil"),
  round: torch("round"),
  maximum: torch("maximum", 2),
  minimum: torch("minimum", 2),
  clamp: (call) => `${call.receiver(0)}.clamp(${bounds(call)})`,
  clamp_tensor: (call) =>
    `torch.minimum(torch.maximum(${call.argument(0)}, ${call.argument(1)}), ${call.argument(2)})`,
  where: torch("where", 3),
  zeros_like: torch("zeros_like"),
  ones_like: torch("ones_like"),
  bool: method("bool"),
  double: method("double"),
  to: (call) => `${call.receiver(0)}.${call.settings.type === "boolean" ? "bool" : "double"}()`,
  sum: reduction("sum"),
  mean: reduction("mean"),
  prod: reduction("prod"),
  amax: reduction("amax"),
  amin: reduction("amin"),
  var: deviation("var"),
  std: deviation("std"),
  norm: (call) => {
    const axis = axisOf(call);
    const over = axis === undefined ? `${call.receiver(0)}.flatten()` : call.argument(0);
    const rest = axis === undefined ? "" : `, ${reduced(call)}`;
    return kept(call, `torch.linalg.vector_norm(${over}, ${call.settings.integer}${rest})`);
  },
  logsumexp: (call) => {
    const axis = axisOf(call);
    const text =
      axis === undefined
        ? `torch.logsumexp(${call.receiver(0)}.flatten(), 0)`
        : `torch.logsumexp(${call.argument(0)}, ${reduced(call)})`;
    return kept(call, text);
  },
  numel: (call) => `${call.receiver(0)}.numel()`,
  length: (call) => `${call.receiver(0)}.shape[${call.settings.integer}]`,
  dot: torch("dot", 2),
  cumsum: lane("torch.cumsum"),
  cumprod: lane("torch.cumprod"),
  flip: (call) =>
    `torch.flip(${call.argument(0)}, [${(call.settings.axes ?? [...call.shapes[0]!.keys()]).join(", ")}])`,
  softmax: lane("torch.softmax"),
  log_softmax: lane("torch.log_softmax"),
  index: indexText,
  unsqueeze: (call) => `${call.receiver(0)}.unsqueeze(${call.settings.axis})`,
  squeeze: (call) => `${call.receiver(0)}.squeeze(${call.settings.axis ?? ""})`,
  gather: (call) => `${call.receiver(0)}.gather(${call.settings.axis ?? -1}, ${call.receiver(1)}.long())`,
  mse_loss: penalty("mse_loss"),
  l1_loss: penalty("l1_loss"),
  smooth_l1_loss: penalty(
    "smooth_l1_loss",
    "beta",
    (d, beta) =>
      `torch.where(torch.abs${d} < ${beta}, 0.5 * ${d} ** 2 / ${beta}, torch.abs${d} - 0.5 * ${beta})`,
  ),
  huber_loss: penalty(
    "huber_loss",
    "delta",
    (d, delta) =>
      `torch.where(torch.abs${d} <= ${delta}, 0.5 * ${d} ** 2, ${delta} * (torch.abs${d} - 0.5 * ${delta}))`,
  ),
  cross_entropy: perAction("cross_entropy"),
  nll_loss: perAction("nll_loss"),
  kl: (call) => `${call.helper("kl")}(${call.argument(0)}, ${call.argument(1)})`,
  categorical_entropy: (call) => `${call.helper("categorical_entropy")}(${call.argument(0)})`,
  one_hot: (call) => `F.one_hot(${call.receiver(0)}.long(), ${call.settings.integer}).double()`,
  normalize: (call) => `${call.helper("normalize")}(${call.argument(0)}, ${call.plain(1)})`,
  discounted_returns: sequence("discounted_returns", 2),
  td_error: sequence("td_error", 3),
  gae: sequence("gae", 4),
  n_step: sequence("n_step", 3),
};

export const PYTORCH: PythonLibrary = {
  spellings: SPELLINGS,
  asTensor: (text) => `torch.as_tensor(${text}, dtype=torch.float64)`,
};

const COLUMNS = `    columns = (gamma, bootstrap, terminated, truncated)
    gamma, bootstrap, terminated, truncated = (torch.as_tensor(x, dtype=r.dtype) + torch.zeros_like(r) for x in columns)`;

/** Functions of our own, each whole; they restart at every episode's end. */
export const PYTORCH_HELPERS: Readonly<Record<string, string>> = {
  softplus: `def softplus(x, beta=1.0):
    """ln(1 + e^(beta x)) / beta, and x itself where beta x > 20."""
    return torch.where(x * beta > 20, x, torch.log1p(torch.exp(torch.clamp(x * beta, max=20))) / beta)`,
  kl: `def kl(p, q):
    """KL(p || q) per step, of two sets of logits."""
    log_p, log_q = torch.log_softmax(p, -1), torch.log_softmax(q, -1)
    return (log_p.exp() * (log_p - log_q)).sum(-1)`,
  categorical_entropy: `def categorical_entropy(logits):
    """-sum(pi ln pi) per step, of softmax(logits)."""
    log_pi = torch.log_softmax(logits, -1)
    return -(log_pi.exp() * log_pi).sum(-1)`,
  normalize: `def normalize(x, eps=1e-8):
    """x less its mean, divided by its standard deviation (n - 1)."""
    return (x - x.mean()) / (x.std() + eps)`,
  following: `def following(x, bootstrap, terminated, truncated):
    """What follows each step's x: the next step's, bootstrap after a cut, nothing after an end."""
    is_last = torch.arange(len(x), device=x.device) == len(x) - 1
    later = torch.where((truncated != 0) | is_last, bootstrap, torch.cat([x[1:], x[:1]]))
    return torch.where(terminated != 0, torch.zeros_like(x), later)`,
  discounted_returns: `def discounted_returns(r, gamma, bootstrap=0.0, terminated=0.0, truncated=0.0):
    """G_t = r_t + gamma G_{t+1} within each episode; bootstrap follows where it was cut."""
${COLUMNS}
    returns, later = [], None
    for t in reversed(range(len(r))):
        if terminated[t] != 0:
            later = torch.zeros_like(r[t])
        elif truncated[t] != 0 or t == len(r) - 1:
            later = bootstrap[t]
        later = r[t] + gamma[t] * later
        returns.append(later)
    return torch.stack(returns[::-1])`,
  td_error: `def td_error(r, V, gamma, bootstrap=0.0, terminated=0.0, truncated=0.0):
    """delta_t = r_t + gamma V_{t+1} - V_t; nothing follows an end, bootstrap follows a cut."""
${COLUMNS}
    V = torch.as_tensor(V, dtype=r.dtype) + torch.zeros_like(r)
    return r + gamma * following(V, bootstrap, terminated, truncated) - V`,
  gae: `def gae(r, V, gamma, lambda_, bootstrap=0.0, terminated=0.0, truncated=0.0):
    """A_t = delta_t + gamma lambda A_{t+1} within each episode."""
    delta = td_error(r, V, gamma, bootstrap, terminated, truncated)
    return discounted_returns(delta, gamma * lambda_, 0.0, terminated, truncated)`,
  n_step: `def n_step(r, V, gamma, n, bootstrap=0.0, terminated=0.0, truncated=0.0):
    """The sum of n discounted rewards and gamma^n V_{t+n}, cut at the episode's end."""
${COLUMNS}
    V = torch.as_tensor(V, dtype=r.dtype) + torch.zeros_like(r)
    later = following(V, bootstrap, terminated, truncated)
    totals = []
    for t in range(len(r)):
        last = t
        while last < t + n - 1 and last < len(r) - 1 and terminated[last] == 0 and truncated[last] == 0:
            last += 1
        total = later[last]
        for row in range(last, t - 1, -1):
            total = r[row] + gamma[row] * total
        totals.append(total)
    return torch.stack(totals)`,
};

/** Which functions of ours a function of ours calls. */
export const HELPER_NEEDS: Readonly<Record<string, readonly string[]>> = {
  td_error: ["following"],
  gae: ["following", "td_error", "discounted_returns"],
  n_step: ["following"],
};
