/**
 * Wrong use or outside trouble that a person can mend: one line that names the thing and the next step.
 * Everything else that is thrown is a fault of ours.
 */
export class UserError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, hint?: string) {
    super(message);
    this.name = "UserError";
    this.code = code;
    this.hint = hint;
  }

  /** Message and hint on one line. */
  get line(): string {
    return this.hint === undefined ? this.message : `${this.message} ${this.hint}`;
  }
}
