import type { SeriesColour } from "../theme.ts";

export interface ChartSpecification {
  readonly column: string;
  /** What stands over the chart; the symbol as the book writes it. */
  readonly title: string;
  readonly colour: SeriesColour;
  readonly percent?: boolean;
}

/** The per-step charts in reading order; one is drawn where the loss has its column. */
export const chartSpecifications: readonly ChartSpecification[] = [
  { column: "G", title: "return G", colour: "blue" },
  { column: "gamma_t", title: "γᵗ", colour: "purple" },
  { column: "log_pi", title: "log π(A|S)", colour: "teal" },
  { column: "entropy", title: "entropy", colour: "green" },
  { column: "weight", title: "weight c", colour: "orange" },
  { column: "share", title: "share", colour: "red", percent: true },
];
