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

/** How JAX and NumPy differ where their names are the same. */
export interface ArrayNames {
  /** jnp or np. */
  readonly module: string;
  /** Where softmax and its kind live; our own functions where the library has none. */
  readonly special: (call: Call, name: string) => string;
}

function all(call: Call, count: number): string {
  return Array.from({ length: count }, (_, index) => call.argument(index)).join(", ");
}

/** `axis=…` and `keepdims=True` of a reduction, as the call has them. */
function reduced(call: Call, ...more: readonly string[]): string {
  const axis = axisOf(call);
  const keep = call.settings.keepDimension ? ["keepdims=True"] : [];
  return [...(axis === undefined ? [] : [`axis=${axis}`]), ...more, ...keep].join(", ");
}

function method(name: string) {
  return (call: Call) => `${call.receiver(0)}.${name}(${reduced(call)})`;
}

function penalty(module: string, body: (d: string, extra: string) => string) {
  return (call: Call) => {
    const loss = body(
      `(${call.argument(0)} - ${call.plain(1)})`,
      call.term.operands[2] ? call.plain(2) : "1",
    );
    const { reduction } = call.settings;
    return reduction === "none" ? `(${loss})` : `${module}.${reduction}(${loss})`;
  };
}

function sequence(name: string, count: number) {
  return (call: Call) => sequenceCall(call, name, count);
}

/** The element of each row that an action names. */
function picked(call: Call, table: string, module: string): string {
  if (rankOf(call) === 1) return `${table}[${call.receiver(1)}.astype(int)]`;
  return `${table}[${module}.arange(len(${call.argument(1)})), ${call.receiver(1)}.astype(int)]`;
}

function reduceRows(call: Call, text: string): string {
  const { reduction } = call.settings;
  return reduction === "none" ? `(${text})` : `(${text}).${reduction}()`;
}

/** Spellings that JAX and NumPy share. */
export function arraySpellings({ module, special }: ArrayNames): Spellings {
  const plain =
    (name: string, count = 1) =>
    (call: Call) =>
      `${module}.${name}(${all(call, count)})`;
  const own = (name: string) => (call: Call) => special(call, name);
  const lane = (name: string) => (call: Call) => {
    const axis = laneOf(call);
    if (axis !== undefined) return `${module}.${name}(${call.argument(0)}, axis=${axis})`;
    return `${module}.${name}(${call.argument(0)}).reshape(${call.receiver(0)}.shape)`;
  };
  const extreme = (name: string) => (call: Call) => `${call.receiver(0)}.${name}(${reduced(call)})`;
  const deviation = (name: string) => (call: Call) =>
    `${call.receiver(0)}.${name}(${reduced(call, `ddof=${call.settings.correction}`)})`;
  const log = own("log_softmax_rows");
  return {
    exp: plain("exp"),
    expm1: plain("expm1"),
    log: plain("log"),
    log1p: plain("log1p"),
    log2: plain("log2"),
    log10: plain("log10"),
    sqrt: plain("sqrt"),
    rsqrt: (call) => `(1 / ${module}.sqrt(${call.argument(0)}))`,
    square: plain("square"),
    reciprocal: (call) => `(1 / ${call.receiver(0)})`,
    sin: plain("sin"),
    cos: plain("cos"),
    tanh: plain("tanh"),
    sigmoid: own("sigmoid"),
    logsigmoid: own("log_sigmoid"),
    abs: plain("abs"),
    relu: own("relu"),
    leaky_relu: (call) =>
      `${module}.where(${call.receiver(0)} > 0, ${call.argument(0)}, ${call.plain(1)} * ${call.receiver(0)})`,
    elu: (call) =>
      `${module}.where(${call.receiver(0)} > 0, ${call.argument(0)}, ${call.plain(1)} * ${module}.expm1(${module}.minimum(${call.argument(0)}, 0)))`,
    softplus: (call) => `${call.helper("softplus")}(${call.argument(0)}, ${call.plain(1)})`,
    sign: plain("sign"),
    floor: plain("floor"),
    ceil: plain("ceil"),
    round: plain("round"),
    maximum: plain("maximum", 2),
    minimum: plain("minimum", 2),
    clamp: (call) => {
      const low = numberOf(call.term.operands[1]!) === Number.NEGATIVE_INFINITY ? "None" : call.plain(1);
      const high = numberOf(call.term.operands[2]!) === Number.POSITIVE_INFINITY ? "None" : call.plain(2);
      return `${module}.clip(${call.argument(0)}, ${low}, ${high})`;
    },
    clamp_tensor: (call) =>
      `${module}.minimum(${module}.maximum(${call.argument(0)}, ${call.argument(1)}), ${call.argument(2)})`,
    where: plain("where", 3),
    zeros_like: plain("zeros_like"),
    ones_like: (call) => `${module}.ones_like(${call.argument(0)}, dtype=float)`,
    bool: (call) => `${call.receiver(0)}.astype(bool)`,
    double: (call) => `${call.receiver(0)}.astype(float)`,
    to: (call) => `${call.receiver(0)}.astype(${call.settings.type === "boolean" ? "bool" : "float"})`,
    sum: method("sum"),
    mean: method("mean"),
    prod: method("prod"),
    amax: extreme("max"),
    amin: extreme("min"),
    var: deviation("var"),
    std: deviation("std"),
    norm: (call) =>
      call.settings.integer === 1
        ? `${module}.abs(${call.argument(0)}).sum(${reduced(call)})`
        : `${module}.sqrt(${module}.square(${call.argument(0)}).sum(${reduced(call)}))`,
    logsumexp: own("logsumexp"),
    numel: (call) => `${call.receiver(0)}.size`,
    length: (call) => `${call.receiver(0)}.shape[${call.settings.integer}]`,
    dot: plain("dot", 2),
    cumsum: lane("cumsum"),
    cumprod: lane("cumprod"),
    flip: (call) => {
      const axes = call.settings.axes;
      return `${module}.flip(${call.argument(0)}${axes ? `, axis=(${axes.join(", ")},)` : ""})`;
    },
    softmax: own("softmax"),
    log_softmax: own("log_softmax"),
    index: indexText,
    unsqueeze: (call) => `${module}.expand_dims(${call.argument(0)}, ${call.settings.axis})`,
    squeeze: (call) => squeezed(call, module),
    gather: (call) =>
      `${module}.take_along_axis(${call.argument(0)}, ${call.receiver(1)}.astype(int), axis=${call.settings.axis ?? -1})`,
    mse_loss: penalty(module, (d) => `${d} ** 2`),
    l1_loss: penalty(module, (d) => `${module}.abs${d}`),
    smooth_l1_loss: penalty(
      module,
      (d, beta) =>
        `${module}.where(${module}.abs${d} < ${beta}, 0.5 * ${d} ** 2 / ${beta}, ${module}.abs${d} - 0.5 * ${beta})`,
    ),
    huber_loss: penalty(
      module,
      (d, delta) =>
        `${module}.where(${module}.abs${d} <= ${delta}, 0.5 * ${d} ** 2, ${delta} * (${module}.abs${d} - 0.5 * ${delta}))`,
    ),
    cross_entropy: (call) => reduceRows(call, `-${picked(call, log(call), module)}`),
    nll_loss: (call) => reduceRows(call, `-${picked(call, call.receiver(0), module)}`),
    kl: (call) => `${call.helper("kl")}(${all(call, 2)})`,
    categorical_entropy: (call) => `${call.helper("categorical_entropy")}(${call.argument(0)})`,
    one_hot: (call) => `${module}.eye(${call.settings.integer})[${call.receiver(0)}.astype(int)]`,
    normalize: (call) => `${call.helper("normalize")}(${call.argument(0)}, ${call.plain(1)})`,
    discounted_returns: sequence("discounted_returns", 2),
    td_error: sequence("td_error", 3),
    gae: sequence("gae", 4),
    n_step: sequence("n_step", 3),
  };
}

/** NumPy refuses to squeeze an axis that is longer than 1; our language leaves it. */
function squeezed(call: Call, module: string): string {
  const { axis } = call.settings;
  if (axis === undefined) return `${module}.squeeze(${call.argument(0)})`;
  const rank = rankOf(call);
  const size = call.shapes[0]![axis < 0 ? axis + rank : axis];
  return size === 1 ? `${module}.squeeze(${call.argument(0)}, axis=${axis})` : call.receiver(0);
}

const NN: Readonly<Record<string, string>> = {
  sigmoid: "sigmoid",
  log_sigmoid: "log_sigmoid",
  relu: "relu",
  softmax: "softmax",
  log_softmax: "log_softmax",
  logsumexp: "logsumexp",
};

const JAX_SPELLINGS: Spellings = {
  ...arraySpellings({
    module: "jnp",
    special: (call, name) => {
      if (name === "log_softmax_rows") return `jax.nn.log_softmax(${call.argument(0)}, axis=-1)`;
      if (name === "logsumexp")
        return `jax.nn.logsumexp(${[call.argument(0), reduced(call)].filter(Boolean).join(", ")})`;
      const lanes = name === "softmax" || name === "log_softmax" ? `, axis=${laneOf(call) ?? "None"}` : "";
      return `jax.nn.${NN[name]}(${call.argument(0)}${lanes})`;
    },
  }),
  detach: (call) => `jax.lax.stop_gradient(${call.argument(0)})`,
  round: (call) => `jnp.round(${call.argument(0)})`,
};

export const JAX: PythonLibrary = {
  spellings: JAX_SPELLINGS,
  asTensor: (text) => `jnp.asarray(${text}, float)`,
};

const COLUMNS = `    columns = (gamma, bootstrap, terminated, truncated)
    gamma, bootstrap, terminated, truncated = (jnp.asarray(x, float) + jnp.zeros_like(r) for x in columns)`;

/** Functions of our own, each whole; loops over steps are scans, so that they can be compiled. */
export const JAX_HELPERS: Readonly<Record<string, string>> = {
  softplus: `def softplus(x, beta=1.0):
    """ln(1 + e^(beta x)) / beta, and x itself where beta x > 20."""
    return jnp.where(x * beta > 20, x, jnp.log1p(jnp.exp(jnp.minimum(x * beta, 20))) / beta)`,
  kl: `def kl(p, q):
    """KL(p || q) per step, of two sets of logits."""
    log_p, log_q = jax.nn.log_softmax(p), jax.nn.log_softmax(q)
    return (jnp.exp(log_p) * (log_p - log_q)).sum(-1)`,
  categorical_entropy: `def categorical_entropy(logits):
    """-sum(pi ln pi) per step, of softmax(logits)."""
    log_pi = jax.nn.log_softmax(logits)
    return -(jnp.exp(log_pi) * log_pi).sum(-1)`,
  normalize: `def normalize(x, eps=1e-8):
    """x less its mean, divided by its standard deviation (n - 1)."""
    return (x - x.mean()) / (x.std(ddof=1) + eps)`,
  following: `def following(x, bootstrap, terminated, truncated):
    """What follows each step's x: the next step's, bootstrap after a cut, nothing after an end."""
    is_last = jnp.arange(len(x)) == len(x) - 1
    later = jnp.where((truncated != 0) | is_last, bootstrap, jnp.concatenate([x[1:], x[:1]]))
    return jnp.where(terminated != 0, 0.0, later)`,
  discounted_returns: `def discounted_returns(r, gamma, bootstrap=0.0, terminated=0.0, truncated=0.0):
    """G_t = r_t + gamma G_{t+1} within each episode; bootstrap follows where it was cut."""
${COLUMNS}

    def step(later, row):
        r, gamma, bootstrap, terminated, truncated = row
        later = jnp.where(terminated != 0, 0.0, jnp.where(truncated != 0, bootstrap, later))
        later = r + gamma * later
        return later, later

    return jax.lax.scan(step, bootstrap[-1], (r, gamma, bootstrap, terminated, truncated), reverse=True)[1]`,
  td_error: `def td_error(r, V, gamma, bootstrap=0.0, terminated=0.0, truncated=0.0):
    """delta_t = r_t + gamma V_{t+1} - V_t; nothing follows an end, bootstrap follows a cut."""
${COLUMNS}
    V = jnp.asarray(V, float) + jnp.zeros_like(r)
    return r + gamma * following(V, bootstrap, terminated, truncated) - V`,
  gae: `def gae(r, V, gamma, lambda_, bootstrap=0.0, terminated=0.0, truncated=0.0):
    """A_t = delta_t + gamma lambda A_{t+1} within each episode."""
    delta = td_error(r, V, gamma, bootstrap, terminated, truncated)
    return discounted_returns(delta, gamma * lambda_, 0.0, terminated, truncated)`,
  n_step: `def n_step(r, V, gamma, n, bootstrap=0.0, terminated=0.0, truncated=0.0):
    """The sum of n discounted rewards and gamma^n V_{t+n}, cut at the episode's end."""
${COLUMNS}
    V = jnp.asarray(V, float) + jnp.zeros_like(r)
    after = following(V, bootstrap, terminated, truncated)
    ends = (terminated != 0) | (truncated != 0) | (jnp.arange(len(r)) == len(r) - 1)
    totals = r + gamma * after
    for _ in range(min(n, len(r)) - 1):
        totals = jnp.where(ends, r + gamma * after, r + gamma * jnp.concatenate([totals[1:], totals[:1]]))
    return totals`,
};
