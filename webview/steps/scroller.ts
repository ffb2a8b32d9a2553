/** A list of equally high rows seen through a window. All lengths in pixels. */
export interface Geometry {
  readonly rows: number;
  readonly rowHeight: number;
  readonly viewport: number;
}

/** Rows `first` to `end` (exclusive) cover the window; the first one's top lies at `offset` (≤ 0) in it. */
export interface RowWindow {
  readonly first: number;
  readonly end: number;
  readonly offset: number;
}

export interface Thumb {
  readonly start: number;
  readonly length: number;
}

/** The furthest the list can be scrolled. No element is ever this high: the browser's limit does not apply. */
export function extent(geometry: Geometry): number {
  return Math.max(0, geometry.rows * geometry.rowHeight - geometry.viewport);
}

/** The nearest whole-pixel position that exists. */
export function clampPosition(geometry: Geometry, position: number): number {
  return Math.min(extent(geometry), Math.max(0, Math.round(position)));
}

/** The rows to draw at a position. */
export function windowAt(geometry: Geometry, position: number): RowWindow {
  const at = clampPosition(geometry, position);
  const first = Math.min(Math.floor(at / geometry.rowHeight), Math.max(0, geometry.rows - 1));
  const end = Math.min(geometry.rows, Math.ceil((at + geometry.viewport) / geometry.rowHeight));
  return { first, end, offset: first * geometry.rowHeight - at };
}

/** Where the scrollbar's thumb lies on its track; never shorter than `shortest`. */
export function thumbAt(geometry: Geometry, position: number, track: number, shortest: number): Thumb {
  const whole = geometry.rows * geometry.rowHeight;
  const share = whole <= geometry.viewport ? 1 : geometry.viewport / whole;
  const length = Math.min(track, Math.max(shortest, share * track));
  const furthest = extent(geometry);
  const start = furthest === 0 ? 0 : (clampPosition(geometry, position) / furthest) * (track - length);
  return { start, length };
}

/** The position that belongs to a thumb dragged to `start`; the inverse of `thumbAt`. */
export function positionOfThumb(geometry: Geometry, start: number, track: number, shortest: number): number {
  const { length } = thumbAt(geometry, 0, track, shortest);
  const room = track - length;
  return room <= 0 ? 0 : clampPosition(geometry, (start / room) * extent(geometry));
}

/** The position nearest to the present one at which a row is seen whole. */
export function reveal(geometry: Geometry, position: number, row: number): number {
  const top = row * geometry.rowHeight;
  const lowest = top + geometry.rowHeight - geometry.viewport;
  return clampPosition(geometry, Math.min(top, Math.max(lowest, position)));
}

/** Whole rows that the window holds, at least one: how far Page Up and Page Down go. */
export function rowsPerPage(geometry: Geometry): number {
  return Math.max(1, Math.floor(geometry.viewport / geometry.rowHeight));
}

const rowMoves: Readonly<Record<string, (row: number, page: number, last: number) => number>> = {
  ArrowDown: (row) => row + 1,
  ArrowUp: (row) => row - 1,
  PageDown: (row, page) => row + page,
  PageUp: (row, page) => row - page,
  Home: () => 0,
  End: (_row, _page, last) => last,
};

/** The row that a key leads to; null where the key means nothing here. */
export function rowAfterKey(geometry: Geometry, row: number, key: string): number | null {
  if (!Object.hasOwn(rowMoves, key) || geometry.rows === 0) return null;
  const last = geometry.rows - 1;
  return Math.min(last, Math.max(0, rowMoves[key]!(row, rowsPerPage(geometry), last)));
}
