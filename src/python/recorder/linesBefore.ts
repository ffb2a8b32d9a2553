/** Lines to put into a script before one of its lines, counted from 0. */
export interface LinesBefore {
  readonly line: number;
  readonly text: string;
  readonly label: string;
  /** Whether a person has words to add: what it says is right as far as it goes. */
  readonly isDraft?: true;
}
