import type { Settings } from "./callSettings.ts";
import type { Frame } from "./frame.ts";
import type { Library } from "./modules.ts";
import type { SymbolicShape } from "./shapes.ts";

/** What the shape rule of an operator knows about one operand. */
export interface Operand {
  readonly shape: SymbolicShape;
  readonly boolean: boolean;
  /** A plain number (literal or hyperparameter), not a tensor; the difference decides clamp's gradient at its bounds. */
  readonly number: boolean;
}

export interface Resulting {
  readonly shape: SymbolicShape;
  readonly boolean?: boolean;
  readonly number?: boolean;
  /** Settings that only the shapes could decide, merged over the call's own. */
  readonly settings?: Settings;
}

/** Why a call cannot be; a diagnostic without its place. */
export interface Problem {
  readonly problem: string;
  readonly code: string;
  readonly hint: string;
}

export type ShapeRule = (operands: readonly Operand[], settings: Settings) => Resulting | Problem;

export function problem(code: string, message: string, hint: string): Problem {
  return { problem: message, code, hint };
}

export function isProblem(result: object): result is Problem {
  return "problem" in result;
}

/** What an argument may be, and what stands in for it where it is left out. */
export type Parameter =
  | {
      readonly kind: "tensor";
      readonly name: string;
      readonly aliases?: readonly string[];
      readonly default?: TensorDefault;
    }
  | { readonly kind: "axis"; readonly name: "dim"; readonly default?: number | null }
  | { readonly kind: "axes"; readonly name: "dims" }
  | { readonly kind: "flag"; readonly name: "keepdim" | "unbiased"; readonly default: boolean }
  | {
      readonly kind: "integer";
      readonly name: string;
      readonly aliases?: readonly string[];
      readonly setting: "integer" | "correction";
      /** Null: may be left out, and has no value then. */
      readonly default?: number | null;
    }
  | { readonly kind: "reduction"; readonly name: "reduction"; readonly default: "none" | "mean" | "sum" }
  | { readonly kind: "type"; readonly name: "dtype" };

/** A number, the first of these data names that is there (else the number), or nothing at all. */
export type TensorDefault =
  | number
  | "absent"
  | { readonly data: readonly string[]; readonly otherwise: number };

export type Family =
  | "arithmetic"
  | "elementwise"
  | "comparison"
  | "reduction"
  | "scan"
  | "shaping"
  | "sequence"
  | "loss"
  | "distribution";

/** How the same thing is written elsewhere. */
export interface Spelling {
  readonly torch: string;
  readonly jax: string;
  readonly numpy: string;
}

/** One operator of the language, whole. */
export interface OperatorRow {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly family: Family;
  readonly parameters: readonly Parameter[];
  /** Settings that a library's own function of this name has if they are left out: np.std divides by n. */
  readonly libraryDefaults?: Readonly<Partial<Record<Library, Settings>>>;
  /** One sentence, with the formula where there is one. */
  readonly doc: string;
  readonly spelling: Spelling;
  readonly shape: ShapeRule;
  /** Fills `frame.value` from the operands' values. */
  readonly forward: (frame: Frame) => void;
  /** Adds to the operands' adjoints what `frame.adjoint` passes on to them. */
  readonly backward: (frame: Frame) => void;
  /**
   * How derivatives end here: `stopped` on purpose (detach), `zero` almost everywhere (sign, comparisons),
   * `missing` where PyTorch too refuses to differentiate.
   */
  readonly derivative?: "stopped" | "zero" | "missing";
  /** Multiplications and additions of one call, where it is not the size of its result. */
  readonly operations?: (frame: Frame) => number;
}
