import type { WeightSpec } from "../../../diagnosis/trace/weights/options.ts";

/**
 * Python that makes the weights w [T] of a rule from lists over the N steps of the trajectories (`rewards`, `time`, `ends`,
 * `terminated`, `values`, `following`, `gamma`) and `rows`, the places of the update's steps in them. What a ratio does to
 * them is not in it. Undefined where the rule is not written out here.
 */
export function weightLines(spec: WeightSpec): readonly string[] | undefined {
  const targets = targetLines(spec);
  if (!targets || !WRITTEN.centres.has(spec.centre) || !WRITTEN.baselines.has(spec.baseline))
    return undefined;
  const isAdvantage = spec.returns === "gae" || spec.returns === "tdError";
  const power = { never: 0, once: 1, twice: 2 }[spec.gamma];
  return [
    ...rewardLines(spec),
    ...targets,
    ...(spec.centre === "normalisedReturns" ? ["w = normalised(w)"] : []),
    ...(spec.baseline === "value" && !isAdvantage ? ["w = [w[i] - values[i] for i in range(N)]"] : []),
    ...(spec.order === "before" ? powerLines(power, false) : []),
    ...(spec.centre === "normalisedEpisode" ? episodeLines : []),
    "w = [w[i] for i in rows]",
    ...centreLines(spec),
    ...(spec.order === "after" ? powerLines(power, true) : []),
    ...oneForAllLines(spec),
    ...reductionLines(spec),
  ];
}

/** What is written out here; another centre or baseline needs numbers that a script has not. */
const WRITTEN: {
  readonly centres: ReadonlySet<WeightSpec["centre"]>;
  readonly baselines: ReadonlySet<WeightSpec["baseline"]>;
} = {
  centres: new Set(["none", "normalisedUpdate", "normalisedEpisode", "normalisedReturns", "centredUpdate"]),
  baselines: new Set(["value", "none"]),
};

function rewardLines({ rewards }: WeightSpec): readonly string[] {
  if (rewards === "own") return ["r = rewards"];
  if (rewards === "previous") {
    return ["r = [0.0 if i == 0 or ends[i - 1] else rewards[i - 1] for i in range(N)]"];
  }
  return ["r = [0.0 if ends[i] else rewards[i + 1] for i in range(N)]"];
}

/** The value after an end: 0, or what is put in place of it. */
function afterEnd({ ends }: WeightSpec): string | undefined {
  const known: Readonly<Partial<Record<WeightSpec["ends"], string>>> = {
    natural: "0.0 if terminated[i] else following[i]",
    terminal: "0.0 if terminated[i] or truncated[i] else following[i]",
    noBootstrap: "0.0",
    resetState: "0.0 if terminated[i] or i + 1 == N else values[i + 1]",
  };
  return known[ends];
}

function targetLines(spec: WeightSpec): readonly string[] | undefined {
  const after = afterEnd(spec);
  if (after === undefined) return undefined;
  switch (spec.returns) {
    case "toGo":
    case "meanOfSum":
    case "outerSum":
    case "outerMean":
      return returnLines(after, "gamma");
    case "undiscounted":
      return returnLines(after, "1.0");
    case "episode":
      return [...returnLines(after, "gamma"), ...firstOfEpisode];
    case "undiscountedEpisode":
      return [...returnLines(after, "1.0"), ...firstOfEpisode];
    case "reversed":
      return [...returnLines(after, "gamma"), ...reversedLines];
    case "tdError":
      return advantageLines(after, "0.0");
    case "gae":
      return advantageLines(after, `gamma * ${spec.lambda}`);
    case "reward":
      return ["w = list(r)"];
    case "forward":
      return [
        "w = [0.0] * N",
        "for i in range(N):",
        "    w[i] = r[i] if i == 0 or ends[i - 1] else r[i] + gamma * w[i - 1]",
      ];
    case "discountedSoFar":
      return [
        "w = [0.0] * N",
        "for i in range(N):",
        "    w[i] = gamma ** time[i] * r[i] + (0.0 if i == 0 or ends[i - 1] else w[i - 1])",
      ];
  }
}

function returnLines(after: string, discount: string): readonly string[] {
  return [
    "w = [0.0] * N",
    "for i in reversed(range(N)):",
    `    w[i] = r[i] + ${discount} * ((${after}) if ends[i] else w[i + 1])`,
  ];
}

function advantageLines(after: string, decay: string): readonly string[] {
  return [
    "w = [0.0] * N",
    "for i in reversed(range(N)):",
    `    delta = r[i] + gamma * ((${after}) if ends[i] else values[i + 1]) - values[i]`,
    `    w[i] = delta + (0.0 if ends[i] else ${decay} * w[i + 1])`,
  ];
}

const firstOfEpisode: readonly string[] = [
  "for i in range(1, N):",
  "    if not ends[i - 1]:",
  "        w[i] = w[i - 1]",
];

const reversedLines: readonly string[] = [
  "start = 0",
  "for i in range(N):",
  "    if ends[i]:",
  "        w[start : i + 1] = w[start : i + 1][::-1]",
  "        start = i + 1",
];

const episodeLines: readonly string[] = [
  "start = 0",
  "for i in range(N):",
  "    if ends[i]:",
  "        w[start : i + 1] = normalised(w[start : i + 1])",
  "        start = i + 1",
];

function powerLines(power: number, isOverSteps: boolean): readonly string[] {
  if (power === 0) return [];
  const factor = `gamma ** ${power === 1 ? "time[i]" : `(${power} * time[i])`}`;
  return [
    isOverSteps
      ? `w = [${factor} * w[t] for t, i in enumerate(rows)]`
      : `w = [${factor} * w[i] for i in range(N)]`,
  ];
}

function centreLines({ centre }: WeightSpec): readonly string[] {
  if (centre === "normalisedUpdate") return ["w = normalised(w)"];
  if (centre === "centredUpdate") return ["mean = sum(w) / T", "w = [value - mean for value in w]"];
  return [];
}

/** The slips that give every step the same weight. */
function oneForAllLines({ returns }: WeightSpec): readonly string[] {
  const divisor = { meanOfSum: "T", outerSum: "1", outerMean: "T**2" }[returns as string];
  return divisor === undefined ? [] : [`w = [sum(w) / ${divisor}] * T`];
}

function reductionLines({ reduction }: WeightSpec): readonly string[] {
  switch (reduction) {
    case "sum":
      return [];
    case "stepMean":
      return ["w = [value / T for value in w]"];
    case "episodeCount":
      return ["w = [value / sum(ends) for value in w]"];
    case "meanOfMeans":
      return [...trajectoryMeanLines, "w = [value / sum(ends) for value in w]"];
    case "trajectoryMean":
      return trajectoryMeanLines;
  }
}

const trajectoryMeanLines: readonly string[] = [
  "length, lengths = 0, [0] * N",
  "for i in range(N):",
  "    length += 1",
  "    if ends[i]:",
  "        lengths[i + 1 - length : i + 1], length = [length] * length, 0",
  "w = [w[t] / lengths[i] for t, i in enumerate(rows)]",
];

/** The helper that centred and scaled weights use: (w − mean)/std with n − 1, as torch; equal ones become 0. */
export const normalisedHelper = `def normalised(values):
    """(w - mean) / std with n - 1, as torch; equal ones become 0."""
    mean = sum(values) / len(values)
    square = sum((value - mean) ** 2 for value in values)
    deviation = math.sqrt(square / max(1, len(values) - 1)) if square > 0 else 1.0
    return [(value - mean) / deviation for value in values]`;
