/** The stored columns of an update's summary, in order; the update's number is the row's place. */
export const summaryFields = [
  "episode",
  "steps",
  "length",
  "return",
  "averageReturn100",
  "loss",
  "gradNorm",
  "entropy",
  "milliseconds",
  "lossId",
] as const;

export type SummaryField = (typeof summaryFields)[number];

/** The figures of one update. */
export interface UpdateSummary {
  /** Counted from 1. */
  readonly update: number;
  /** Number of the last episode in it, counted from 1 over the run. */
  readonly episode: number;
  /** Environment steps of the run so far. */
  readonly steps: number;
  /** T, the steps this update used. */
  readonly length: number;
  /** Undiscounted return of that episode. */
  readonly return: number;
  /** Mean return of the last 100 episodes. */
  readonly averageReturn100: number;
  readonly loss: number;
  /** Norm of the batch gradient before clipping. */
  readonly gradNorm: number;
  /** Mean entropy over the steps, in nats. */
  readonly entropy: number;
  /** Time since training began, of all sessions together. */
  readonly milliseconds: number;
}

/** Columns of consecutive updates, [n] each. `lossId` is the `id` of the loss in force. */
export type SummaryColumns = Readonly<Record<SummaryField | "update", Float64Array>>;

type Columns = Record<SummaryField, Float64Array>;

/** Summaries of consecutive updates, gathered in columns until they are written. */
export class SummaryBuffer {
  count = 0;
  private columns: Columns;
  private capacity: number;

  constructor(capacity = 4096) {
    this.capacity = capacity;
    this.columns = emptyColumns(capacity);
  }

  append(summary: UpdateSummary, lossId: number): void {
    if (this.count === this.capacity) this.grow();
    const { columns, count } = this;
    columns.episode[count] = summary.episode;
    columns.steps[count] = summary.steps;
    columns.length[count] = summary.length;
    columns.return[count] = summary.return;
    columns.averageReturn100[count] = summary.averageReturn100;
    columns.loss[count] = summary.loss;
    columns.gradNorm[count] = summary.gradNorm;
    columns.entropy[count] = summary.entropy;
    columns.milliseconds[count] = summary.milliseconds;
    columns.lossId[count] = lossId;
    this.count++;
  }

  /** The gathered values of one column as bytes; a view, valid until the next append. */
  bytes(field: SummaryField): Uint8Array {
    return new Uint8Array(this.columns[field].buffer, 0, this.count * 8);
  }

  private grow(): void {
    const larger = emptyColumns(this.capacity * 2);
    for (const field of summaryFields) larger[field].set(this.columns[field]);
    this.columns = larger;
    this.capacity *= 2;
  }
}

function emptyColumns(capacity: number): Columns {
  const entries = summaryFields.map((field) => [field, new Float64Array(capacity)]);
  return Object.fromEntries(entries) as Columns;
}
