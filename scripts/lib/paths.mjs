import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository root, absolute and without a slash at the end. */
export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

/** Folder for everything that can be fetched or made again; git ignores it. */
export const cache = join(root, ".cache");

/** The Node binary that the npm package `node` pins; every script runs under it once set-up is done. */
export const pinnedNode = join(
  root,
  "node_modules",
  "node",
  "bin",
  process.platform === "win32" ? "node.exe" : "node",
);
