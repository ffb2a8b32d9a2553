/** A box of real numbers, one low and high bound per dimension (±Infinity allowed). */
export interface BoxSpace {
  readonly kind: "box";
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly names: readonly string[];
  /** Whether it holds one of n states as a one-hot vector: Gymnasium's Discrete(n), made into features. */
  readonly oneHot?: true;
}

/** The integers 0 … n − 1, with a word for each. */
export interface DiscreteSpace {
  readonly kind: "discrete";
  readonly n: number;
  readonly names: readonly string[];
}

/** What an action is: the number of a choice, or d real numbers. */
export type ActionSpace = DiscreteSpace | BoxSpace;

/** Numbers that one action takes in a column of actions: 1 for a choice, d for a box. */
export function actionSize(space: ActionSpace): number {
  return space.kind === "discrete" ? 1 : space.low.length;
}

/** The observations of an environment with as many states as there are names: a 1 at the state's place, else 0. */
export function oneHotSpace(names: readonly string[]): BoxSpace {
  return { kind: "box", low: names.map(() => 0), high: names.map(() => 1), names, oneHot: true };
}

/** Writes the one-hot features of `state`, one of `count`, at `offset`. */
export function writeOneHot(state: number, count: number, observation: Float64Array, offset: number): void {
  observation.fill(0, offset, offset + count);
  observation[offset + state] = 1;
}

/** The dimensions in which the action at `at` lies outside its box; none for a choice. */
export function dimensionsOutside(space: ActionSpace, actions: ArrayLike<number>, at = 0): readonly number[] {
  if (space.kind === "discrete") return [];
  return space.low.flatMap((low, i) => {
    const value = actions[at + i]!;
    return value < low || value > space.high[i]! ? [i] : [];
  });
}

/** Says which numbers of an action lie beyond their bounds and what they count as; empty where none does. */
export function clippedActionWords(space: ActionSpace, actions: ArrayLike<number>, at = 0): string {
  if (space.kind === "discrete") return "";
  const parts = dimensionsOutside(space, actions, at).map((i) => {
    const value = actions[at + i]!;
    const counted = clip(value, space.low[i]!, space.high[i]!);
    return `${space.names[i]} ${Number(value.toPrecision(5))} lies beyond its bounds and counts as ${Number(counted.toPrecision(5))}`;
  });
  return parts.length === 0 ? "" : `${parts.join("; ")}.`;
}

/** `value` moved to the nearer bound where it lies outside. */
export function clip(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** Outputs that a policy needs for an action space: one per choice, or one mean per dimension. */
export function outputCount(space: ActionSpace): number {
  return space.kind === "discrete" ? space.n : space.low.length;
}
