/** c_t read twice, [T] each, NaN where that reading is not defined; equal for a loss of the form Σ c·∇ln π + β·∇H. */
export interface GaussianReadings {
  readonly mu: Float64Array;
  readonly sigma: Float64Array;
}

/** c_t of an update, and how it was read. */
export interface WeightReading {
  /** [T], c_t = −∂L/∂ln π_t. NaN where the step is too certain to read it (‖π − e_a‖ < 1e−12). */
  readonly weights: Float64Array;
  /** "exact" from the loss's own adjoints, else "projected" from the gradient at the outputs. */
  readonly reading: "exact" | "projected";
  /**
   * Norm of what the form c·∇ln π + β·∇H leaves of ∂L/∂logits, relative to its norm: the test of form.
   * Zero for an exact reading.
   */
  readonly formResidual: number;
  /** True where K = 2 and the reading is projected: π − e_a and the entropy direction are collinear. */
  readonly entropyInseparable: boolean;
  /** Of a Gaussian policy: c_t as ∂L/∂μ alone has it, and as ∂L/∂ln σ alone. */
  readonly readings?: GaussianReadings | undefined;
}
