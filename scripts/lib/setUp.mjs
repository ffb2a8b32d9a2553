import { existsSync } from "node:fs";
import { buildIsFresh } from "./freshness.mjs";
import { packagesAreInstalled } from "./packages.mjs";
import { pinnedNode } from "./paths.mjs";
import { mustRun, npm } from "./processes.mjs";
import { SetUpError, stage } from "./stage.mjs";

/**
 * Brings what is missing and nothing else: the packages, the pinned Node, the build. Uses Node 20's built-ins only.
 * @param {{ build?: boolean }} [options] build false leaves `dist` as it is
 */
export async function setUp({ build = true } = {}) {
  refuseOldNode();
  if (!packagesAreInstalled()) await stage("Packages (npm ci)", () => npm("npm-ci", ["ci"]));
  if (!(await pinnedNodeRuns())) await stage("Node 24 (npm rebuild node)", fetchPinnedNode);
  if (build && !buildIsFresh())
    await stage("Build (dist)", () => mustRun("build", pinnedNode, ["esbuild.mjs"]));
}

function refuseOldNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 20)
    throw new SetUpError(`Node ${process.versions.node} is too old: version 20 or newer is needed.`);
}

async function fetchPinnedNode() {
  await npm("npm-rebuild-node", ["rebuild", "node", "--ignore-scripts=false"]);
  if (!(await pinnedNodeRuns())) {
    throw new SetUpError(
      `npm-rebuild-node: npm ended without an error but ${pinnedNode} does not run. Delete node_modules and try again.`,
    );
  }
}

async function pinnedNodeRuns() {
  if (!existsSync(pinnedNode)) return false;
  return mustRun("pinned-node", pinnedNode, ["--version"]).then(
    () => true,
    () => false,
  );
}
