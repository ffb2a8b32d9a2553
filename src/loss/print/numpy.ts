import { arraySpellings } from "./jax.ts";
import { entryText } from "./language.ts";
import { type Call, laneOf, type PythonLibrary, type Spellings, Unwritable } from "./python.ts";

const spellings: Spellings = {
  ...arraySpellings({
    module: "np",
    special: (call, name) => {
      if (name === "relu") return `np.maximum(${call.argument(0)}, 0)`;
      if (name === "log_softmax_rows") return `${call.helper("log_softmax")}(${call.argument(0)}, -1)`;
      if (name === "logsumexp") return logSumExp(call);
      if (name === "softmax" || name === "log_softmax") return lanes(call, name);
      return `${call.helper(name)}(${call.argument(0)})`;
    },
  }),
  detach: (call) => call.receiver(0),
};

function lanes(call: Call, name: string): string {
  return `${call.helper(name)}(${call.argument(0)}, ${laneOf(call) ?? "None"})`;
}

function logSumExp(call: Call): string {
  const { axis, keepDimension } = call.settings;
  const isWhole = axis === undefined || call.shapes[0]!.length < 2;
  const keep = keepDimension ? ", keepdims=True" : "";
  return `${call.helper("logsumexp")}(${call.argument(0)}, ${isWhole ? "None" : axis}${keep})`;
}

/** How adjoints without a formula are written, by the operator's row. Operand 0 is g, 1 the value, the rest operands. */
const ADJOINTS: Readonly<Record<string, (call: Call, of: number) => string>> = {
  index: (call) => {
    const entries = (call.settings.entries ?? []).map(entryText).join(", ");
    return `${call.helper("index_adjoint")}(${call.argument(0)}, ${call.argument(2)}, np.s_[${entries}])`;
  },
  gather: (call) =>
    `${call.helper("gather_adjoint")}(${call.argument(0)}, ${call.argument(2)}, ${call.argument(3)}, ${call.settings.axis ?? -1})`,
  prod: (call) =>
    `${call.helper("prod_adjoint")}(${call.argument(0)}, ${call.argument(2)}, ${axisText(call)})`,
  cumprod: (call) =>
    `${call.helper("cumprod_adjoint")}(${call.argument(0)}, ${call.argument(2)}, ${axisText(call, 0)})`,
  cumsum: (call) => `${call.receiver(0)}.ravel()[::-1].cumsum()[::-1].reshape(${call.receiver(2)}.shape)`,
  matmul: (call, of) =>
    of === 0
      ? `(${call.receiver(0)} @ ${call.receiver(3)}.T)`
      : `(${call.receiver(2)}.T @ ${call.receiver(0)})`,
  discounted_returns: sequence("discounted_returns", 2),
  td_error: sequence("td_error", 3),
  gae: sequence("gae", 4),
  n_step: sequence("n_step", 3),
};

function axisText(call: Call, otherwise?: number): string {
  const rank = call.shapes[2]!.length;
  const { axis } = call.settings;
  if (axis === undefined || rank < 2) return rank < 2 ? "0" : String(otherwise ?? "None");
  return String(axis < 0 ? axis + rank : axis);
}

/** A recursion's adjoints by name; what was one number for all steps gets the sum. */
function sequence(name: string, count: number) {
  return (call: Call, of: number): string => {
    const given = Array.from({ length: count + 3 }, (_, index) => call.plain(index + 2));
    const n = call.settings.integer === undefined ? [] : [`n=${call.settings.integer}`];
    const parts = [call.argument(0), ...given, ...n].join(", ");
    call.helper(name);
    const all = `${call.helper(`${name}_adjoint`)}(${parts})[${of}]`;
    return call.shapes[of + 2]!.length === 0 ? `${all}.sum()` : all;
  };
}

export const NUMPY: PythonLibrary = {
  spellings,
  asTensor: (text) => `np.asarray(${text}, float)`,
  adjoint: (call, of, name) => {
    const write = Object.hasOwn(ADJOINTS, name) ? ADJOINTS[name] : undefined;
    if (!write) throw new Unwritable(`the gradient of ${name} cannot be written`);
    return write(call, of);
  },
};

const COLUMNS = `    columns = (gamma, bootstrap, terminated, truncated)
    gamma, bootstrap, terminated, truncated = (x + np.zeros(len(r)) for x in columns)`;

const ENDS = "bootstrap=0.0, terminated=0.0, truncated=0.0";

/** Functions of our own, each whole, and how they pass gradient on. */
export const NUMPY_HELPERS: Readonly<Record<string, string>> = {
  sigmoid: `def sigmoid(x):
    """1 / (1 + e^-x)."""
    return 1 / (1 + np.exp(-x))`,
  log_sigmoid: `def log_sigmoid(x):
    """ln(1 / (1 + e^-x)) without overflow."""
    return -np.logaddexp(0, -x)`,
  softplus: `def softplus(x, beta=1.0):
    """ln(1 + e^(beta x)) / beta, and x itself where beta x > 20."""
    return np.where(x * beta > 20, x, np.log1p(np.exp(np.minimum(x * beta, 20))) / beta)`,
  logsumexp: `def logsumexp(x, axis=None, keepdims=False):
    """ln(sum(e^x)) without overflow."""
    largest = x.max(axis=axis, keepdims=True)
    total = np.log(np.exp(x - largest).sum(axis=axis, keepdims=True)) + largest
    return total if keepdims else total.squeeze(axis)`,
  log_softmax: `def log_softmax(x, axis=-1):
    """x - ln(sum(e^x)) without overflow."""
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))`,
  softmax: `def softmax(x, axis=-1):
    """e^x / sum(e^x)."""
    return np.exp(log_softmax(x, axis))`,
  kl: `def kl(p, q):
    """KL(p || q) per step, of two sets of logits."""
    log_p, log_q = log_softmax(p), log_softmax(q)
    return (np.exp(log_p) * (log_p - log_q)).sum(-1)`,
  categorical_entropy: `def categorical_entropy(logits):
    """-sum(pi ln pi) per step, of softmax(logits)."""
    log_pi = log_softmax(logits)
    return -(np.exp(log_pi) * log_pi).sum(-1)`,
  normalize: `def normalize(x, eps=1e-8):
    """x less its mean, divided by its standard deviation (n - 1)."""
    return (x - x.mean()) / (x.std(ddof=1) + eps)`,
  following: `def following(x, bootstrap, terminated, truncated):
    """What follows each step's x: the next step's, bootstrap after a cut, nothing after an end."""
    is_last = np.arange(len(x)) == len(x) - 1
    later = np.where((truncated != 0) | is_last, bootstrap, np.concatenate([x[1:], x[:1]]))
    return np.where(terminated != 0, 0.0, later)`,
  discounted_returns: `def discounted_returns(r, gamma, ${ENDS}):
    """G_t = r_t + gamma G_{t+1} within each episode; bootstrap follows where it was cut."""
${COLUMNS}
    returns, later = np.zeros(len(r)), bootstrap[-1]
    for t in reversed(range(len(r))):
        later = 0.0 if terminated[t] else bootstrap[t] if truncated[t] else later
        returns[t] = later = r[t] + gamma[t] * later
    return returns`,
  td_error: `def td_error(r, V, gamma, ${ENDS}):
    """delta_t = r_t + gamma V_{t+1} - V_t; nothing follows an end, bootstrap follows a cut."""
${COLUMNS}
    V = V + np.zeros(len(r))
    return r + gamma * following(V, bootstrap, terminated, truncated) - V`,
  gae: `def gae(r, V, gamma, lambda_, ${ENDS}):
    """A_t = delta_t + gamma lambda A_{t+1} within each episode."""
    delta = td_error(r, V, gamma, bootstrap, terminated, truncated)
    return discounted_returns(delta, gamma * lambda_, 0.0, terminated, truncated)`,
  n_step: `def n_step(r, V, gamma, n, ${ENDS}):
    """The sum of n discounted rewards and gamma^n V_{t+n}, cut at the episode's end."""
${COLUMNS}
    after = following(V + np.zeros(len(r)), bootstrap, terminated, truncated)
    ends = (terminated != 0) | (truncated != 0) | (np.arange(len(r)) == len(r) - 1)
    totals = r + gamma * after
    for _ in range(min(n, len(r)) - 1):
        totals = np.where(ends, r + gamma * after, r + gamma * np.concatenate([totals[1:], totals[:1]]))
    return totals`,
  index_adjoint: `def index_adjoint(g, x, place):
    """Puts g where x[place] was read."""
    dx = np.zeros(np.shape(x))
    dx[place] = g
    return dx`,
  gather_adjoint: `def gather_adjoint(g, x, index, axis):
    """Adds g where take_along_axis read."""
    dx, places = np.zeros(x.shape), list(np.indices(index.shape))
    places[axis] = index.astype(int)
    np.add.at(dx, tuple(places), g)
    return dx`,
  prod_adjoint: `def prod_adjoint(g, x, axis):
    """g times the product of all the others, without a division."""
    lanes = x.reshape(1, -1) if axis is None else np.moveaxis(x, axis, -1)
    ones = np.ones(lanes[..., :1].shape)
    before = np.concatenate([ones, lanes[..., :-1]], -1).cumprod(-1)
    after = np.concatenate([lanes[..., 1:], ones], -1)[..., ::-1].cumprod(-1)[..., ::-1]
    g = np.reshape(g, (*lanes.shape[:-1], 1)) if np.size(g) > 1 else np.ravel(g)
    dx = g * before * after
    return dx.reshape(x.shape) if axis is None else np.moveaxis(dx, -1, axis)`,
  cumprod_adjoint: `def cumprod_adjoint(g, x, axis):
    """The gradient of running products, without a division."""
    lanes, g = np.moveaxis(x, axis, 0), np.moveaxis(g + np.zeros(x.shape), axis, 0)
    dx, weight, products = np.zeros(lanes.shape), np.zeros(lanes.shape[1:]), lanes.cumprod(0)
    for t in reversed(range(len(lanes))):
        weight = g[t] + (lanes[t + 1] * weight if t + 1 < len(lanes) else 0)
        dx[t] = (products[t - 1] if t > 0 else 1) * weight
    return np.moveaxis(dx, 0, axis)`,
  discounted_returns_adjoint: `def discounted_returns_adjoint(g, r, gamma, ${ENDS}):
    """Gradients towards r, gamma and bootstrap."""
    returns = discounted_returns(r, gamma, bootstrap, terminated, truncated)
${COLUMNS}
    later = following(returns, bootstrap, terminated, truncated)
    cut, g = (truncated != 0) & (terminated == 0), g + np.zeros(len(r))
    cut[-1] = cut[-1] or not terminated[-1]
    goes_on, dr, carried = (terminated == 0) & ~cut, np.zeros(len(r)), 0.0
    for t in range(len(r)):
        dr[t] = g[t] + carried
        carried = dr[t] * gamma[t] if goes_on[t] else 0.0
    return dr, dr * later, np.where(cut, dr * gamma, 0.0)`,
  td_error_adjoint: `def td_error_adjoint(g, r, V, gamma, ${ENDS}):
    """Gradients towards r, V, gamma and bootstrap."""
${COLUMNS}
    V, g = V + np.zeros(len(r)), g + np.zeros(len(r))
    cut = (truncated != 0) & (terminated == 0)
    cut[-1] = cut[-1] or not terminated[-1]
    passed = np.where((terminated == 0) & ~cut, g * gamma, 0.0)
    dV = np.concatenate([[0.0], passed[:-1]]) - g
    return g, dV, g * following(V, bootstrap, terminated, truncated), np.where(cut, g * gamma, 0.0)`,
  gae_adjoint: `def gae_adjoint(g, r, V, gamma, lambda_, ${ENDS}):
    """Gradients towards r, V, gamma, lambda and bootstrap."""
    delta = td_error(r, V, gamma, bootstrap, terminated, truncated)
    ddelta, ddecay, _ = discounted_returns_adjoint(g, delta, gamma * lambda_, 0.0, terminated, truncated)
    dr, dV, dgamma, dbootstrap = td_error_adjoint(ddelta, r, V, gamma, bootstrap, terminated, truncated)
    return dr, dV, dgamma + ddecay * lambda_, ddecay * gamma, dbootstrap`,
  n_step_adjoint: `def n_step_adjoint(g, r, V, gamma, ${ENDS}, n=1):
    """Gradients towards r, V, gamma and bootstrap."""
${COLUMNS}
    g = g + np.zeros(len(r))
    after = following(V + np.zeros(len(r)), bootstrap, terminated, truncated)
    dr, dV, dgamma, dbootstrap = (np.zeros(len(r)) for _ in range(4))
    for t in range(len(r)):
        last = t
        while last < min(t + n, len(r)) - 1 and not terminated[last] and not truncated[last]:
            last += 1
        totals = {last + 1: after[last]}
        for row in range(last, t, -1):
            totals[row] = r[row] + gamma[row] * totals[row + 1]
        weight = g[t]
        for row in range(t, last + 1):
            dr[row] += weight
            dgamma[row] += weight * totals[row + 1]
            weight *= gamma[row]
        if not terminated[last]:
            if truncated[last] or last == len(r) - 1:
                dbootstrap[last] += weight
            else:
                dV[last + 1] += weight
    return dr, dV, dgamma, dbootstrap`,
};

/** Which functions of ours a function of ours calls. */
export const NUMPY_NEEDS: Readonly<Record<string, readonly string[]>> = {
  softmax: ["log_softmax"],
  kl: ["log_softmax"],
  categorical_entropy: ["log_softmax"],
  td_error: ["following"],
  gae: ["following", "td_error", "discounted_returns"],
  n_step: ["following"],
  discounted_returns_adjoint: ["following", "discounted_returns"],
  td_error_adjoint: ["following", "td_error"],
  gae_adjoint: [
    "following",
    "td_error",
    "discounted_returns",
    "discounted_returns_adjoint",
    "td_error_adjoint",
  ],
  n_step_adjoint: ["following"],
};
