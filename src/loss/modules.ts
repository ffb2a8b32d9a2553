/** First words of dotted names that people paste; the path is dropped, the last word is what counts. */
const ROOTS: ReadonlySet<string> = new Set([
  "torch",
  "F",
  "nn",
  "np",
  "numpy",
  "jnp",
  "jax",
  "math",
  "optax",
  "lax",
]);

const INNER: ReadonlySet<string> = new Set([
  "nn",
  "functional",
  "numpy",
  "lax",
  "special",
  "linalg",
  "scipy",
  "distributions",
  "random",
]);

/** Whether a name may begin a dropped module path, as `torch` in `torch.exp`. */
export function isModuleRoot(name: string): boolean {
  return ROOTS.has(name);
}

/** Whether a name may stand in the middle of a module path, as `nn` and `functional` in `torch.nn.functional.relu`. */
export function isInnerModule(name: string): boolean {
  return INNER.has(name);
}

/** The library whose conventions a module path implies; undefined for none. */
export type Library = "torch" | "functional" | "jax" | "numpy";

/** `np`, `numpy` → numpy; `jnp`, `jax…` → jax; `F`, `…functional` → functional; other paths → torch. */
export function libraryOf(path: string | undefined): Library | undefined {
  if (path === undefined) return undefined;
  if (path === "np" || path === "numpy") return "numpy";
  if (path === "jnp" || path === "lax" || path.startsWith("jax")) return "jax";
  if (path === "F" || path.endsWith("functional")) return "functional";
  return "torch";
}
