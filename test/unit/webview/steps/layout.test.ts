import { describe, expect, test } from "vitest";
import type { ColumnView } from "../../../../src/protocol/views.ts";
import { chosenColumns, gridTemplate, leastWidth, tableColumns } from "../../../../webview/steps/layout.ts";

const column = (name: string, label = name, group?: string): ColumnView => ({
  name,
  label,
  description: `about ${name}`,
  kind: "number",
  ...(group !== undefined && { group }),
});
const columns = [
  column("step"),
  column("episode"),
  column("G"),
  column("dlogit[0]", "∂L/∂z push left", "dlogit"),
  column("dlogit[1]", "∂L/∂z push right", "dlogit"),
  column("share"),
  column("obs[0]", "cart position", "obs"),
  column("obs[1]", "pole angle", "obs"),
];

describe("the table's columns", () => {
  test("draw the gradients of all outputs in one column of bars", () => {
    const bars = tableColumns(columns).find(({ kind }) => kind === "bars");
    expect(bars).toMatchObject({ key: "dlogit", names: ["dlogit[0]", "dlogit[1]"] });
  });

  test("take what the labels of a group share as its name, and the rest for its parts", () => {
    const bars = tableColumns(columns).find(({ kind }) => kind === "bars");
    expect(bars).toMatchObject({ label: "∂L/∂z push", parts: ["left", "right"] });
  });

  test("keep quantities of different units in columns of their own", () => {
    expect(tableColumns(columns).map(({ key }) => key)).toEqual([
      "step",
      "episode",
      "G",
      "dlogit",
      "share",
      "obs[0]",
      "obs[1]",
    ]);
  });

  test("name a group by itself where its labels share no word", () => {
    const mixed = [column("pi[0]", "left", "pi"), column("pi[1]", "right", "pi")];
    expect(tableColumns(mixed)).toMatchObject([{ label: "pi", parts: ["left", "right"] }]);
  });

  test("leave out what repeats others until it is asked for", () => {
    const all = tableColumns(columns);
    const keys = (episodes: number, chosen: readonly string[] | null = null) =>
      chosenColumns(all, chosen, episodes).map(({ key }) => key);
    expect(keys(1)).toEqual(["G", "dlogit", "share"]);
    expect(keys(3)).toEqual(["episode", "G", "dlogit", "share"]);
    expect(keys(1, ["obs[1]", "G"])).toEqual(["G", "obs[1]"]);
  });

  test("get one track each, and room for all of them", () => {
    const shown = chosenColumns(tableColumns(columns), null, 1);
    expect(gridTemplate(shown).match(/minmax/gu)).toHaveLength(3);
    expect(leastWidth(shown)).toBe(80 + 142 + 80);
  });
});
