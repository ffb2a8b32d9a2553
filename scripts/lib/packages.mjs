import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.mjs";

/** @typedef {Record<string, { version?: string, integrity?: string, optional?: boolean, link?: boolean }>} Packages */

/**
 * The `packages` of an npm lock file, without the project itself; undefined where the file is missing or no JSON.
 * @param {string} path
 * @returns {Packages | undefined}
 */
function packagesOf(path) {
  try {
    const { "": _project, ...packages } = JSON.parse(readFileSync(path, "utf8")).packages;
    return packages;
  } catch {
    return undefined;
  }
}

/**
 * Whether what npm says it has put into node_modules is what the lock file asks for.
 * Optional packages may be absent: npm leaves out those for other platforms.
 * @param {Packages | undefined} wanted
 * @param {Packages | undefined} installed
 */
export function matches(wanted, installed) {
  if (!wanted || !installed) return false;
  const present = Object.entries(wanted).every(([path, entry]) =>
    installed[path] ? same(entry, installed[path]) : entry.optional === true,
  );
  return present && Object.keys(installed).every((path) => path in wanted);
}

function same(/** @type {Packages[string]} */ a, /** @type {Packages[string]} */ b) {
  return a.version === b.version && a.integrity === b.integrity;
}

/** Whether node_modules holds exactly the packages of package-lock.json. A linked node_modules is its owner's business. */
export function packagesAreInstalled() {
  const folder = join(root, "node_modules");
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) return true;
  return matches(packagesOf(join(root, "package-lock.json")), packagesOf(join(folder, ".package-lock.json")));
}
