import type { ComparisonGroupView, LossPairRequest } from "../../src/protocol/comparisonViews.ts";
import { letterOf } from "../../src/protocol/letters.ts";
import type { SeriesColour } from "../theme.ts";
import type { ComparisonState } from "./state.ts";

/** How a group is drawn: its colour, its dashes, and the letter that stands at the end of its curve. */
export interface GroupStyle {
  readonly colour: SeriesColour;
  readonly dash: readonly number[];
  readonly letter: string;
}

const colours: readonly SeriesColour[] = ["blue", "orange", "green", "purple", "red", "teal"];
const dashes: readonly (readonly number[])[] = [[], [7, 3], [2, 2], [9, 3, 2, 3], [4, 4], [12, 3]];

/** The style of the group at a place; colour alone never tells groups apart. */
export function styleOf(place: number): GroupStyle {
  const round = Math.floor(place / colours.length);
  return {
    colour: colours[place % colours.length]!,
    dash: dashes[(place + round) % dashes.length]!,
    letter: letterOf(place),
  };
}

/** A group with its place among all of them. */
export interface PlacedGroup {
  readonly group: ComparisonGroupView;
  readonly place: number;
}

export function groupsOf({ host }: ComparisonState): readonly ComparisonGroupView[] {
  return host?.view?.groups ?? [];
}

/** The environment whose curves are drawn: returns of several are not of one kind. */
export function drawnEnvironment({ host, environment }: ComparisonState): string | null {
  const environments = host?.view?.environments ?? [];
  return environments.find((one) => one === environment) ?? environments[0] ?? null;
}

/** The groups whose curves are drawn. */
export function drawnGroups(state: ComparisonState): readonly PlacedGroup[] {
  const environment = drawnEnvironment(state);
  return groupsOf(state)
    .map((group, place) => ({ group, place }))
    .filter(
      ({ group }) =>
        group.environment === environment && group.curve.x.length > 0 && !state.hidden.includes(group.id),
    );
}

/** The last x of the drawn curves; 0 for none. */
export function lastPlace(groups: readonly PlacedGroup[]): number {
  return groups.reduce((most, { group }) => Math.max(most, group.curve.x.at(-1) ?? 0), 0);
}

/** A curve's point at x, the last at or before it; null where the curve does not reach. */
export function pointAt({ curve }: ComparisonGroupView, x: number): number | null {
  if (curve.x.length === 0 || x > curve.x.at(-1)!) return null;
  const point = curve.x.findLastIndex((place) => place <= x);
  return point < 0 ? null : point;
}

/** The last point that all of a group's runs have got to; null for none. */
export function lastWhole({ curve: { runs } }: ComparisonGroupView): number | null {
  const most = runs.reduce((whole, count) => Math.max(whole, count), 0);
  return runs.length === 0 ? null : runs.lastIndexOf(most);
}

/** The group whose loss is shown against the first one's. */
export function comparedGroup(state: ComparisonState): PlacedGroup | null {
  const groups = groupsOf(state);
  const chosen = groups.findIndex(({ id }) => id === state.against);
  const place = chosen > 0 ? chosen : groups.findIndex(({ loss }) => loss !== groups[0]!.loss);
  return place < 0 ? null : { group: groups[place]!, place };
}

/** The two groups whose losses are compared where nothing is chosen: the first, and the first with another loss. */
export function usualPair(
  state: ComparisonState,
): { readonly a: ComparisonGroupView; readonly b: ComparisonGroupView } | null {
  const groups = groupsOf(state);
  const a = groups[0];
  return a === undefined ? null : { a, b: groups.find(({ loss }) => loss !== a.loss) ?? a };
}

/** What "same batch, two losses" is to ask; null while there is no run with an update. */
export function pairRequest(state: ComparisonState): LossPairRequest | null {
  const usual = usualPair(state);
  if (usual === null) return null;
  const { pair, takesSecond } = state;
  const order = takesSecond ? [usual.b, usual.a] : [usual.a, usual.b];
  const runs = groupsOf(state).flatMap((group) => group.runs);
  const chosen = runs.find(({ path }) => path === pair.path);
  const first = [...order.flatMap((group) => group.runs), ...runs].find(({ updates }) => updates > 0);
  const run = chosen ?? first;
  if (run === undefined) return null;
  const { update, a, b } = pair;
  return { path: run.path, update, a: a ?? usual.a.loss, b: b ?? usual.b.loss };
}
