import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.mjs";

const inputs = ["src", "webview", "media", "test/host", "esbuild.mjs", "package.json", "package-lock.json"];
const stamp = join(root, "dist", ".inputs");

/** Name, size and time of every file that the build reads, as one hash. */
function inputsHash() {
  const hash = createHash("sha256");
  for (const input of inputs) addTo(hash, join(root, input));
  return hash.digest("hex");
}

function addTo(/** @type {import("node:crypto").Hash} */ hash, /** @type {string} */ path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return;
  if (!stats.isDirectory()) {
    hash.update(`${path}\0${stats.size}\0${stats.mtimeMs}\n`);
    return;
  }
  for (const name of readdirSync(path).sort()) addTo(hash, join(path, name));
}

/** Whether `dist` was built from the files as they are now. */
export function buildIsFresh() {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === inputsHash();
}

/** Says that `dist` is built from the files as they are now. */
export function markBuildFresh() {
  mkdirSync(join(root, "dist"), { recursive: true });
  writeFileSync(stamp, inputsHash());
}
