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
  integer: 64,
  action: 76,
  number: 88,
  percent: 84,
  flag: 64,
  bars: 132,
};

/** The drawn columns in the order of the loss's columns; a group stands where its first column stood. */
export function tableColumns(
  columns: readonly ColumnView[],
  actionNames: readonly string[],
): readonly TableColumn[] {
  const drawn: TableColumn[] = [];
  const groups = new Map<string, ColumnView[]>();
  for (const column of columns) {
    if (column.group === undefined) {
      const { name, label, description, kind } = column;
      drawn.push({ key: name, label, description, kind, names: [name], parts: [] });
      continue;
    }
    const members = groups.get(column.group) ?? [];
    members.push(column);
    if (members.length === 1) drawn.push({ ...groupColumn(column), names: [], parts: [] });
    groups.set(column.group, members);
  }
  return drawn.map((column) =>
    column.kind === "bars" ? filled(column, groups.get(column.label)!, actionNames) : column,
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

function groupColumn(first: ColumnView): Omit<TableColumn, "names" | "parts"> {
  return { key: first.group!, label: first.group!, description: first.description, kind: "bars" };
}

function filled(
  column: TableColumn,
  members: readonly ColumnView[],
  actionNames: readonly string[],
): TableColumn {
  return {
    ...column,
    names: members.map((member) => member.name),
    parts: members.map((member, k) => actionNames[k] ?? member.label),
  };
}
