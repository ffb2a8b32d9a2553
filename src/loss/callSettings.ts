/** One axis entry of an index after its bounds were read as whole numbers. */
export type IndexRange =
  | { readonly kind: "at"; readonly at: number }
  | { readonly kind: "new" }
  | {
      readonly kind: "slice";
      readonly start: number | undefined;
      readonly stop: number | undefined;
      readonly step: number;
    };

/** Where an index reads from: `start + i·step` along each axis of its matrix. */
export interface Grid {
  readonly rowStart: number;
  readonly rowStep: number;
  readonly rows: number;
  readonly columnStart: number;
  readonly columnStep: number;
  readonly columns: number;
}

/** Everything about a call that is not a tensor. */
export interface Settings {
  readonly axis?: number | undefined;
  readonly axes?: readonly number[] | undefined;
  readonly keepDimension?: boolean;
  readonly correction?: number;
  readonly reduction?: "none" | "mean" | "sum";
  readonly integer?: number;
  readonly type?: "float" | "boolean";
  readonly entries?: readonly IndexRange[];
  readonly grid?: Grid;
}
