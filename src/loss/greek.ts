const LETTERS: ReadonlyMap<string, string> = new Map([
  ["α", "alpha"],
  ["β", "beta"],
  ["γ", "gamma"],
  ["δ", "delta"],
  ["ε", "epsilon"],
  ["ϵ", "epsilon"],
  ["ζ", "zeta"],
  ["η", "eta"],
  ["θ", "theta"],
  ["κ", "kappa"],
  ["λ", "lambda"],
  ["μ", "mu"],
  ["µ", "mu"],
  ["ν", "nu"],
  ["ξ", "xi"],
  ["π", "pi"],
  ["ρ", "rho"],
  ["σ", "sigma"],
  ["τ", "tau"],
  ["φ", "phi"],
  ["χ", "chi"],
  ["ψ", "psi"],
  ["ω", "omega"],
]);

/** Whether a character is one of the fixed set of Greek letters that names may hold. */
export function isGreekLetter(character: string): boolean {
  return LETTERS.has(character);
}

/** A name with its Greek letters spelt out: `γ` → `gamma`, `log_π` → `log_pi`. */
export function spellOut(name: string): string {
  let spelt = "";
  for (const character of name) spelt += LETTERS.get(character) ?? character;
  return spelt;
}
