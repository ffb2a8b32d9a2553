import type { ColumnView } from "../../src/protocol/views.ts";

/** One drawn column of the table: a single column, or a group of them drawn as bars. */
export interface TableColumn {
  readonly key: string;
  readonly label: string;
  readonly description: string;
  readonly kind: ColumnView["kind"] | "bars";
  /** Names of the columns behind it; more than one only for bars. */
  readonly names: readonly string[];
  /** For each name, what stands for it in a header of bars. */
  readonly parts: readonly string[];
}

/** Narrowest width by kind, in pixels; the rest of the room is shared. */
const widths: Readonly<Record<TableColumn["kind"], number>> = {
  integer: 62,
  action: 64,
  number: 80,
  percent: 78,
  flag: 84,
  bars: 142,
};

/** Groups whose columns have a unit in common, so that bars of one length mean one size. */
const barGroups = new Set(["dlogit", "pi", "logit", "dmu", "dsigma"]);

/** What is left out until it is asked for: it repeats others, or says little in most runs. */
const shownOnDemand = new Set([
  "step",
  "episode",
  "pi",
  "logit",
  "V_next",
  "V_old",
  "log_pi_old",
  "row",
  "terminated",
  "truncated",
]);

/** All columns there are to draw, in the order of the loss's columns; a group stands where its first column stood. */
export function tableColumns(columns: readonly ColumnView[]): readonly TableColumn[] {
  const drawn: TableColumn[] = [];
  const done = new Set<string>();
  for (const column of columns) {
    const { group } = column;
    if (group === undefined || !barGroups.has(group)) {
      drawn.push(singleColumn(column));
    } else if (!done.has(group)) {
      done.add(group);
      drawn.push(
        barColumn(
          group,
          columns.filter((other) => other.group === group),
        ),
      );
    }
  }
  return drawn;
}

/** The columns to show: those chosen, or those that most readers want. */
export function chosenColumns(
  columns: readonly TableColumn[],
  chosen: readonly string[] | null,
  episodes: number,
): readonly TableColumn[] {
  if (chosen !== null) return columns.filter((column) => chosen.includes(column.key));
  return columns.filter(
    ({ key }) => (key === "episode" && episodes > 1) || !(shownOnDemand.has(key) || key.startsWith("obs[")),
  );
}

/** The tracks of the table's grid. */
export function gridTemplate(columns: readonly TableColumn[]): string {
  return columns
    .map((column) => `minmax(${widths[column.kind]}px, ${column.kind === "bars" ? 1.6 : 1}fr)`)
    .join(" ");
}

/** The least width at which every column keeps its own, in pixels. */
export function leastWidth(columns: readonly TableColumn[]): number {
  return columns.reduce((sum, column) => sum + widths[column.kind], 0);
}

function singleColumn({ name, label, description, kind }: ColumnView): TableColumn {
  return { key: name, label, description, kind, names: [name], parts: [] };
}

function barColumn(group: string, members: readonly ColumnView[]): TableColumn {
  const labels = members.map((member) => member.label);
  const prefix = commonWords(labels);
  return {
    key: group,
    label: prefix.trim() || group,
    description: members.map((member) => member.description).join("; "),
    kind: "bars",
    names: members.map((member) => member.name),
    parts: labels.map((label) => label.slice(prefix.length) || label),
  };
}

/** The whole words with which all labels begin, with the space behind them. */
function commonWords(labels: readonly string[]): string {
  const first = labels[0] ?? "";
  let end = 0;
  for (let at = first.indexOf(" "); at >= 0; at = first.indexOf(" ", at + 1)) {
    const start = first.slice(0, at + 1);
    if (!labels.every((label) => label.startsWith(start))) break;
    end = at + 1;
  }
  return first.slice(0, end);
}
