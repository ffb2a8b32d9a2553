import { isModuleRoot } from "../modules.ts";
import { aliasTargets } from "../names.ts";
import { OVERLOADED, operatorNamed } from "../operators.ts";
import {
  bracketed,
  type Code,
  closingOf,
  isName,
  operandStart,
  partsOf,
  spliced,
  substituted,
  textOf,
} from "./code.ts";
import { loopNames } from "./loops.ts";

/** One spelling of Python in the language's own; undefined where it does not stand at `at`. */
type Rewriting = (code: Code, at: number) => string[] | undefined;

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}

/** Functions and methods that change where numbers lie, not the numbers. */
const CARRIERS = words(
  "stack cat concat concatenate hstack vstack Variable from_numpy Tensor FloatTensor LongTensor DoubleTensor tensor as_tensor array asarray",
);
const CARRYING_METHODS = words(
  "float double to cpu cuda contiguous clone view reshape flatten requires_grad_ astype squeeze ravel type",
);
/** Methods whose results no gradient flows through. */
const NUMBERS = words("item numpy tolist data");
const REDUCTIONS: ReadonlyMap<string, string> = new Map(
  ["sum", "mean", "max", "min"].map((name) => [`reduce_${name}`, name]),
);
/** Losses that are made before they are called, and other names that libraries have for ours. */
const LOSSES: ReadonlyMap<string, string> = new Map([
  ["crossentropyloss", "cross_entropy"],
  ["mseloss", "mse_loss"],
  ["mse", "mse_loss"],
  ["smoothl1loss", "smooth_l1_loss"],
  ["huberloss", "huber_loss"],
  ["nllloss", "nll_loss"],
]);
const MASKS = words("done dones terminated terminateds terminations truncated mask");
const MODULES = words("tf tfp th keras nn math functional compat v1 backend distributions");

function isOperator(name: string): boolean {
  return OVERLOADED.has(name) || operatorNamed(name) !== undefined;
}

function isMethod(code: Code, at: number): boolean {
  return code[at - 1] === "." && at > 1;
}

/** dist.log_prob(a), Normal(mu, sigma).log_prob(a).sum(-1): what the heads give by name. */
const distribution: Rewriting = (code, at) => {
  const head = code[at] === "log_prob" ? "log_pi" : code[at] === "entropy" ? "entropy" : undefined;
  if (head === undefined || !isMethod(code, at) || code[at + 1] !== "(") return undefined;
  let end = closingOf(code, at + 1) + 1;
  const isSum = code[end] === "." && (code[end + 1] === "sum" || code[end + 1] === "squeeze");
  if (isSum && code[end + 2] === "(" && code[end + 3] !== ")") end = closingOf(code, end + 2) + 1;
  return spliced(code, operandStart(code, at - 1), end, head);
};

/** [f(x) for x in xs], with or without its brackets, is f(xs). */
const comprehension: Rewriting = (code, at) => {
  if (!"([".includes(code[at]!)) return undefined;
  const close = closingOf(code, at);
  const inside = code.slice(at + 1, close);
  const loop = inside.findIndex((word, place) => word === "for" && isOutermost(inside, place));
  if (loop < 0 || inside.slice(loop + 1).includes("for") || inside.slice(loop).includes("if"))
    return undefined;
  const from = inside.indexOf("in", loop);
  const by = from < 0 ? undefined : loopNames(inside.slice(loop + 1, from), inside.slice(from + 1));
  if (by === undefined) return undefined;
  const body = bracketed(substituted(inside.slice(0, loop), by));
  const isArgument = code[at] === "(" && isName(code[at - 1]);
  return spliced(code, at, close + 1, ...(isArgument ? ["(", ...body, ")"] : body));
};

function isOutermost(code: Code, place: number): boolean {
  return !code.some((word, at) => at < place && "([".includes(word) && closingOf(code, at) > place);
}

/** torch.stack(x), np.array(x), x.float(), x.view(-1): the column itself. */
const carrier: Rewriting = (code, at) => {
  const name = code[at]!;
  const isCast = MASKS.has(code[at - 2] ?? "") && (name === "double" || name === "float");
  const isPicking = name === "squeeze" && code.includes("gather");
  if (CARRYING_METHODS.has(name) && isMethod(code, at) && code[at + 1] === "(" && !isCast && !isPicking)
    return spliced(code, at - 1, closingOf(code, at + 1) + 1);
  if (!CARRIERS.has(name) || code[at + 1] !== "(") return undefined;
  const close = closingOf(code, at + 1);
  const [first = []] = partsOf(code.slice(at + 2, close));
  const listed = first[0] === "[" ? partsOf(first.slice(1, -1)) : [first];
  if (listed.length !== 1) return undefined;
  const start = isMethod(code, at) ? operandStart(code, at + 1) : at;
  return spliced(code, start, close + 1, ...bracketed(listed[0]!));
};

const number: Rewriting = (code, at) => {
  if (!NUMBERS.has(code[at]!) || !isMethod(code, at)) return undefined;
  const end = code[at + 1] === "(" ? closingOf(code, at + 1) + 1 : at + 1;
  return code[at] === "data" && isName(code[at + 2]) ? undefined : spliced(code, at, end, "detach", "(", ")");
};

/** x[np.arange(n), a] and pi[a] pick the action that was taken. */
const picked: Rewriting = (code, at) => {
  if (code[at] !== "[" || at === 0) return undefined;
  const close = closingOf(code, at);
  const [first = [], second] = partsOf(code.slice(at + 1, close));
  const isRange = first.some((word) => word === "arange" || word === "range");
  const isAction = second === undefined && first.length === 1 && isActions(first[0]!);
  if (!isAction && !(isRange && second !== undefined)) return undefined;
  const table = code[at - 1]!;
  if (isName(table) && /log_?p|log_?softmax/i.test(table)) return spliced(code, at - 1, close + 1, "log_pi");
  if (isName(table) && /prob|^pi/i.test(table))
    return spliced(code, at - 1, close + 1, "exp", "(", "log_pi", ")");
  const index = [...bracketed(second ?? first), ".", "unsqueeze", "(", "1", ")"];
  const gather = [".", "gather", "(", "1", ",", ...index, ")", ".", "squeeze", "(", "1", ")"];
  return spliced(code, at, close + 1, ...gather);
};

function isActions(name: string): boolean {
  return name === "a" || aliasTargets(name).includes("a");
}

/** advantages.unsqueeze(1) stands beside a row for every token; here every token is a step. */
const column: Rewriting = (code, at) => {
  if (code[at] !== "unsqueeze" || !isMethod(code, at) || code[at + 1] !== "(" || code.includes("gather"))
    return undefined;
  return spliced(code, at - 1, closingOf(code, at + 1) + 1);
};

/** probs.gather(1, actions) is a column; of log-probabilities and probabilities it is a head. */
const gathered: Rewriting = (code, at) => {
  if (code[at] !== "gather" || !isMethod(code, at) || code[at + 1] !== "(") return undefined;
  const close = closingOf(code, at + 1);
  const start = operandStart(code, at - 1);
  const table = code[start]!;
  const isPicked = code[close + 1] === "." && code[close + 2] === "squeeze";
  const end = isPicked ? closingOf(code, close + 3) + 1 : close + 1;
  if (start === at - 2 && /log_?p|log_?softmax/i.test(table)) return spliced(code, start, end, "log_pi");
  if (start === at - 2 && /prob|^pi/i.test(table))
    return spliced(code, start, end, "exp", "(", "log_pi", ")");
  return isPicked ? undefined : spliced(code, close + 1, close + 1, ".", "squeeze", "(", "1", ")");
};

/** sum(log(p) * one_hot(a, n), axis=1) is the logarithm of the action's probability. */
const oneHotSum: Rewriting = (code, at) => {
  if (code[at] !== "sum" || code[at + 1] !== "(") return undefined;
  const close = closingOf(code, at + 1);
  const [inside = [], axis] = partsOf(code.slice(at + 2, close));
  const isAlongActions = axis !== undefined && /^(?:axis=|dim=)?-?1$/.test(textOf(axis));
  const product = /^(-?)(log\((?:[^()]|\([^()]*\))*\)|\w+)\*one_hot\(.*\)$/.exec(textOf(inside));
  if (!isAlongActions || product === null) return undefined;
  const sign = product[1] === "-" ? ["-"] : [];
  const isLogarithm = /^log/i.test(product[2]!);
  const head = isLogarithm ? ["log_pi"] : ["exp", "(", "log_pi", ")"];
  return spliced(code, at, close + 1, ...(sign.length > 0 ? ["(", ...sign, ...head, ")"] : head));
};

/** arange(n) is the clock. */
const clock: Rewriting = (code, at) => {
  if ((code[at] !== "arange" && code[at] !== "range") || code[at + 1] !== "(") return undefined;
  const start = isMethod(code, at) ? operandStart(code, at + 1) : at;
  return spliced(code, start, closingOf(code, at + 1) + 1, "t");
};

/** batch["returns"] is returns. */
const entry: Rewriting = (code, at) => {
  const key = code[at + 1];
  if (code[at] !== "[" || code[at + 2] !== "]" || key === undefined || !/^["'][A-Za-z_]\w*["']$/.test(key))
    return undefined;
  return spliced(code, operandStart(code, at), at + 3, key.slice(1, -1));
};

/** returns[i] and advantages[mb_inds] are the columns of the batch. */
const row: Rewriting = (code, at) => {
  const isIndex = code[at] === "[" && code[at + 2] === "]" && isName(code[at - 1]);
  return isIndex &&
    /^(?:i|j|k|t|step|idx|index|indices|inds|mb_inds|batch_indices|batch_idx)$/.test(code[at + 1]!)
    ? spliced(code, at, at + 3)
    : undefined;
};

/** tf.math.reduce_sum(x) is sum(x). */
const library: Rewriting = (code, at) => {
  if (MODULES.has(code[at]!) && code[at + 1] === "." && code[at - 1] !== ".")
    return spliced(code, at, at + 2);
  const reduction = REDUCTIONS.get(code[at]!);
  return reduction === undefined ? undefined : spliced(code, at, at + 1, reduction);
};

/** softmax_cross_entropy of labels and logits by keyword. */
const crossEntropy: Rewriting = (code, at) => {
  if (!/^(?:sparse_)?softmax_cross_entropy/.test(code[at]!) || code[at + 1] !== "(") return undefined;
  const close = closingOf(code, at + 1);
  const parts = partsOf(code.slice(at + 2, close));
  const named = (name: string, place: number) =>
    parts.find(([first, sign]) => first === name && sign === "=")?.slice(2) ?? parts[place];
  const [labels, logits] = [named("labels", 0), named("logits", 1)];
  if (labels === undefined || logits === undefined) return undefined;
  const call = ["cross_entropy", "(", ...logits, ",", ...labels, ",", "reduction", "=", "'none'", ")"];
  return spliced(code, at, close + 1, ...call);
};

/** nn.MSELoss(reduction='sum')(x, y), self.mse_loss(x, y) */
const lossClass: Rewriting = (code, at) => {
  const name = LOSSES.get(code[at]!.toLowerCase());
  if (name === undefined || code[at + 1] !== "(") return undefined;
  const close = closingOf(code, at + 1);
  const start = operandStart(code, at + 1);
  if (code[close + 1] !== "(") return spliced(code, start, at + 1, name);
  const settings = code.slice(at + 2, close);
  const second = closingOf(code, close + 1);
  const given = code.slice(close + 2, second);
  return spliced(
    code,
    start,
    second + 1,
    name,
    "(",
    ...given,
    ...(settings.length > 0 ? [",", ...settings] : []),
    ")",
  );
};

/** 1 − done, where done is a truth value. */
const mask: Rewriting = (code, at) => {
  const isOne = /^1(?:\.0*)?$/.test(code[at]!);
  const name = code[at + 2];
  if (!isOne || code[at + 1] !== "-" || !MASKS.has(name ?? "") || code[at + 3] === ".") return undefined;
  return spliced(code, at + 2, at + 3, name!, ".", "double", "(", ")");
};

/** self.returns, args.clip_coef, rollout_data.advantages: the last word says what it is. */
const member: Rewriting = (code, at) => {
  const name = code[at];
  const isPath = isName(name) && isMethod(code, at) && isName(code[at - 2]);
  if (!isPath || isModuleRoot(code[at - 2]!)) return undefined;
  const isCall = code[at + 1] === "(";
  if (isCall || isOperator(name)) return undefined;
  return spliced(code, at - 2, at);
};

/** In this order; what stands first is read first. */
const REWRITINGS: readonly Rewriting[] = [
  library,
  distribution,
  comprehension,
  crossEntropy,
  lossClass,
  number,
  picked,
  gathered,
  column,
  oneHotSum,
  entry,
  row,
  carrier,
  clock,
  mask,
  member,
];
/** No expression of a loss needs more. */
const MOST = 500;

/** An expression of PyTorch, JAX, NumPy or TensorFlow with its spellings made the language's, as far as they are known. */
export function plainExpression(code: Code): Code {
  let plain = code;
  for (let count = 0; count < MOST; count++) {
    const next = firstRewriting(plain);
    if (next === undefined) return plain;
    plain = next;
  }
  return plain;
}

function firstRewriting(code: Code): Code | undefined {
  for (const rewriting of REWRITINGS)
    for (let at = 0; at < code.length; at++) {
      const found = rewriting(code, at);
      if (found !== undefined) return found;
    }
  return undefined;
}
