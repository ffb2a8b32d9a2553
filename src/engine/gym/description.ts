import * as v from "valibot";
import type { ActionSpace, BoxSpace } from "../../environments/spaces.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1e7));
/** JSON of Python's own: infinities are spelled Infinity there and strings here. */
const bound = v.union([v.number(), v.picklist(["Infinity", "-Infinity"])]);
const box = v.object({ kind: v.literal("box"), low: v.array(bound), high: v.array(bound) });
const oneHot = v.object({ kind: v.literal("oneHot"), counts: v.array(count) });
const discrete = v.object({ kind: v.literal("discrete"), n: count, counts: v.optional(v.array(count)) });

const descriptionSchema = v.object({
  observation: v.variant("kind", [box, oneHot]),
  action: v.variant("kind", [box, discrete]),
  timeLimit: v.nullable(count),
  solvedAt: v.nullable(v.number()),
  autoreset: v.picklist(["NextStep", "SameStep", "Disabled"]),
  gymnasium: v.string(),
  python: v.string(),
});

/** What Python said of an environment, as JSON: kept in the run, so that it is read without Python. */
export type GymFacts = v.InferOutput<typeof descriptionSchema>;

/** The same, read. */
export interface GymDescription {
  readonly observationSpace: BoxSpace;
  readonly actionSpace: ActionSpace;
  readonly timeLimit: number | undefined;
  readonly solvedAt: number | undefined;
  /** How an environment whose episode has ended begins the next one: by itself with or after its last step, or when told. */
  readonly autoreset: "NextStep" | "SameStep" | "Disabled";
  readonly gymnasium: string;
  readonly python: string;
}

/** Checks what Python replied. Throws where it is of another form. */
export function parseFacts(body: Uint8Array): GymFacts {
  return v.parse(descriptionSchema, JSON.parse(new TextDecoder().decode(body)));
}

/** Facts that were written down; undefined where they are of another form. */
export function checkedFacts(value: unknown): GymFacts | undefined {
  const read = v.safeParse(descriptionSchema, value);
  return read.success ? read.output : undefined;
}

export function readFacts(read: GymFacts): GymDescription {
  return {
    observationSpace: observationSpace(read.observation),
    actionSpace: actionSpace(read.action),
    timeLimit: read.timeLimit ?? undefined,
    solvedAt: read.solvedAt ?? undefined,
    autoreset: read.autoreset,
    gymnasium: read.gymnasium,
    python: read.python,
  };
}

function observationSpace(space: v.InferOutput<typeof box> | v.InferOutput<typeof oneHot>): BoxSpace {
  if (space.kind === "box") return boxSpace(space, "observation");
  const names = space.counts.flatMap((size, part) =>
    Array.from({ length: size }, (_, i) => (space.counts.length === 1 ? `state ${i}` : `${part}: ${i}`)),
  );
  const zeros = names.map(() => 0);
  const isOne = space.counts.length === 1;
  return {
    kind: "box",
    low: zeros,
    high: names.map(() => 1),
    names,
    ...(isOne && { oneHot: true as const }),
  };
}

function actionSpace(space: v.InferOutput<typeof box> | v.InferOutput<typeof discrete>): ActionSpace {
  if (space.kind === "box") return boxSpace(space, "action");
  const names = Array.from({ length: space.n }, (_, action) => actionName(action, space.counts));
  return { kind: "discrete", n: space.n, names };
}

/** The number of an action, or of a combination the numbers of its parts. */
function actionName(action: number, counts: readonly number[] | undefined): string {
  if (counts === undefined) return String(action);
  let rest = action;
  const parts = counts.toReversed().map((size) => {
    const part = rest % size;
    rest = Math.floor(rest / size);
    return part;
  });
  return parts.toReversed().join(",");
}

function boxSpace(space: v.InferOutput<typeof box>, word: string): BoxSpace {
  const low = space.low.map(Number);
  const high = space.high.map(Number);
  return { kind: "box", low, high, names: low.map((_, i) => `${word} ${i}`) };
}
