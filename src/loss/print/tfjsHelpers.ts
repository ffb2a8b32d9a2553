const COLUMNS = `  const T = r.shape[0];
  const column = (x) => tf.add(tf.zeros([T]), typeof x === "number" ? x : tf.cast(x, "float32"));`;

const CONTINUES = `  const ended = column(terminated).arraySync();
  const cut = column(truncated).arraySync();`;

/** Functions of our own, each whole; they restart at every episode's end. */
export const TFJS_HELPERS: Readonly<Record<string, string>> = {
  detach: `/** x as a constant: no gradient passes. */
const detach = tf.customGrad((x) => ({ value: tf.clone(x), gradFunc: (dy) => tf.zerosLike(dy) }));`,
  compare: `/** A comparison by its name in tf; no gradient passes. */
function compare(name, a, b) {
  const tensors = [a, b].map((x) => (typeof x === "number" ? tf.scalar(x) : x));
  const compared = tf.customGrad((x, y) => ({
    value: tf[name](x, y),
    gradFunc: () => [tf.zerosLike(x), tf.zerosLike(y)],
  }));
  return compared(...tensors);
}`,
  between: `/** x held between low and high; on a tie each gets half the gradient. */
function between(x, low, high) {
  const larger = (a, b) => tf.div(tf.add(tf.add(a, b), tf.abs(tf.sub(a, b))), 2);
  const smaller = (a, b) => tf.div(tf.sub(tf.add(a, b), tf.abs(tf.sub(a, b))), 2);
  const lifted = low === -Infinity ? x : larger(x, low);
  return high === Infinity ? lifted : smaller(lifted, high);
}`,
  index: `/** Python's x[i], x[start:stop:step] and x[None], one entry for each axis. */
function index(x, ...entries) {
  let axis = 0;
  const dropped = [];
  for (const entry of entries) {
    if (entry === null) {
      x = tf.expandDims(x, axis++);
      continue;
    }
    const size = x.shape[axis];
    const place = (i, otherwise) => (i === null ? otherwise : Math.min(Math.max(i < 0 ? i + size : i, 0), size));
    const places = [];
    if (typeof entry === "number") places.push(entry < 0 ? entry + size : entry);
    else for (let i = place(entry[0], 0); i < place(entry[1], size); i += entry[2]) places.push(i);
    x = tf.gather(x, tf.tensor1d(places, "int32"), axis);
    if (typeof entry === "number") dropped.push(axis);
    axis++;
  }
  return dropped.length > 0 ? tf.squeeze(x, dropped) : x;
}`,
  pick: `/** The element of each row of x [T, K] that index [T, 1] names, as a column. */
function pick(x, index) {
  const marks = tf.oneHot(tf.cast(tf.squeeze(index, [1]), "int32"), x.shape[1]);
  return tf.sum(tf.mul(x, tf.cast(marks, "float32")), 1, true);
}`,
  variance: `/** The sum of squared differences from the mean, divided by n - correction. */
function variance(x, axis, correction, keepDims = false) {
  const differences = tf.sub(x, tf.mean(x, axis, true));
  const count = axis === null ? x.size : x.shape[axis];
  return tf.div(tf.sum(tf.square(differences), axis, keepDims), count - correction);
}`,
  deviation: `/** The root of the variance. */
function deviation(x, axis, correction, keepDims = false) {
  return tf.sqrt(variance(x, axis, correction, keepDims));
}`,
  normalize: `/** x less its mean, divided by its standard deviation (n - 1). */
function normalize(x, eps = 1e-8) {
  return tf.div(tf.sub(x, tf.mean(x)), tf.add(deviation(x, null, 1), eps));
}`,
  negativeLogLikelihood: `/** -x[a] of each row of log-probabilities. */
function negativeLogLikelihood(x, a) {
  const marks = tf.oneHot(tf.cast(a, "int32"), x.shape[x.rank - 1]);
  return tf.neg(tf.sum(tf.mul(x, tf.cast(marks, "float32")), -1));
}`,
  crossEntropy: `/** -ln softmax(logits)[a] of each row. */
function crossEntropy(logits, a) {
  return negativeLogLikelihood(tf.logSoftmax(logits), a);
}`,
  kl: `/** KL(p || q) per step, of two sets of logits. */
function kl(p, q) {
  const [logP, logQ] = [tf.logSoftmax(p), tf.logSoftmax(q)];
  return tf.sum(tf.mul(tf.exp(logP), tf.sub(logP, logQ)), -1);
}`,
  categoricalEntropy: `/** -sum(pi ln pi) per step, of softmax(logits). */
function categoricalEntropy(logits) {
  const logPi = tf.logSoftmax(logits);
  return tf.neg(tf.sum(tf.mul(tf.exp(logPi), logPi), -1));
}`,
  following: `/** What follows each step's x: the next step's, bootstrap after a cut, nothing after an end. */
function following(x, bootstrap, ended, cut) {
  const rows = tf.unstack(x);
  const after = tf.unstack(bootstrap);
  const last = rows.length - 1;
  const next = (t) => (ended[t] ? tf.scalar(0) : cut[t] || t === last ? after[t] : rows[t + 1]);
  return tf.stack(rows.map((_, t) => next(t)));
}`,
  discountedReturns: `/** G_t = r_t + gamma G_{t+1} within each episode; bootstrap follows where it was cut. */
function discountedReturns(r, gamma, { bootstrap = 0, terminated = 0, truncated = 0 } = {}) {
${COLUMNS}
${CONTINUES}
  const [rewards, discounts, after] = [r, column(gamma), column(bootstrap)].map((x) => tf.unstack(x));
  const returns = [];
  let later = after[T - 1];
  for (let t = T - 1; t >= 0; t--) {
    if (ended[t]) later = tf.scalar(0);
    else if (cut[t]) later = after[t];
    later = tf.add(rewards[t], tf.mul(discounts[t], later));
    returns.unshift(later);
  }
  return tf.stack(returns);
}`,
  temporalDifferences: `/** delta_t = r_t + gamma V_{t+1} - V_t; nothing follows an end, bootstrap follows a cut. */
function temporalDifferences(r, V, gamma, { bootstrap = 0, terminated = 0, truncated = 0 } = {}) {
${COLUMNS}
${CONTINUES}
  const values = column(V);
  const next = following(values, column(bootstrap), ended, cut);
  return tf.sub(tf.add(r, tf.mul(column(gamma), next)), values);
}`,
  generalisedAdvantages: `/** A_t = delta_t + gamma lambda A_{t+1} within each episode. */
function generalisedAdvantages(r, V, gamma, lambda, ends = {}) {
  const delta = temporalDifferences(r, V, gamma, ends);
  return discountedReturns(delta, tf.mul(gamma, lambda), { ...ends, bootstrap: 0 });
}`,
  nStepReturns: `/** The sum of n discounted rewards and gamma^n V_{t+n}, cut at the episode's end. */
function nStepReturns(r, V, gamma, n, { bootstrap = 0, terminated = 0, truncated = 0 } = {}) {
${COLUMNS}
${CONTINUES}
  const after = tf.unstack(following(column(V), column(bootstrap), ended, cut));
  const [rewards, discounts] = [r, column(gamma)].map((x) => tf.unstack(x));
  const totals = rewards.map((_, t) => {
    let last = t;
    while (last < Math.min(t + n, T) - 1 && !ended[last] && !cut[last]) last++;
    let total = after[last];
    for (let row = last; row >= t; row--) total = tf.add(rewards[row], tf.mul(discounts[row], total));
    return total;
  });
  return tf.stack(totals);
}`,
};

/** Which functions of ours a function of ours calls. */
export const TFJS_NEEDS: Readonly<Record<string, readonly string[]>> = {
  deviation: ["variance"],
  normalize: ["variance", "deviation"],
  crossEntropy: ["negativeLogLikelihood"],
  temporalDifferences: ["following"],
  generalisedAdvantages: ["following", "temporalDifferences", "discountedReturns"],
  nStepReturns: ["following"],
};
