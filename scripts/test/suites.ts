import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../lib/paths.mjs";
import { SetUpError } from "../lib/stage.mjs";
import { ensureRuntimes } from "../runtimes/ensure.ts";
import { ourHostSuite, runHostSuite } from "../vscode/hostSuite.ts";
import { whyUnavailable } from "../vscode/whyUnavailable.ts";
import { afterSecondRun, type Outcome, oneFailed, skippedFor } from "./outcome.ts";
import { check, vitest } from "./runners.ts";

/** One part of `npm test`. `filters` are what follows the suites' names on the command line. */
export interface Suite {
  readonly about: string;
  readonly run: (filters: readonly string[]) => Promise<Outcome>;
}

/** The TypeScript projects: everything together, then each room with only the globals it may use. */
export const projects = [
  "tsconfig.json",
  "tsconfig.pure.json",
  "tsconfig.node.json",
  "tsconfig.webview.json",
] as const;

/** All suites in the order in which `npm test` runs them. */
export const suites: Readonly<Record<string, Suite>> = {
  types: {
    about: "TypeScript, each room with its own globals",
    run: () => check(projects.map((project) => ["tsc", "-p", project] as const)),
  },
  lint: {
    about: "Biome, and the arrows between the rooms",
    run: () =>
      check([
        ["biome", "check", "--error-on-warnings", "."],
        ["node", "scripts/arrows.ts"],
      ]),
  },
  unit: {
    about: "unit and parity tests",
    run: (filters) => vitest("vitest.config.ts", filters),
  },
  backends: {
    about: "TensorFlow and WebGPU, installed by our own installer",
    run: backendsSuite,
  },
  host: {
    about: "Mocha inside the extension host of a real VS Code",
    run: () => insideVSCode("host", () => runHostSuite(ourHostSuite)),
  },
  panel: {
    about: "the real page of VS Code, in Chromium",
    run: (filters) => insideVSCode("panel", () => panelSuite(filters)),
  },
};

/** Where the runtimes cannot be had the suite is skipped with the reason; in CI that is a failure. */
async function backendsSuite(filters: readonly string[]): Promise<Outcome> {
  try {
    return await vitest("vitest.backends.config.ts", filters, await ensureRuntimes());
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    if (!process.env.CI) return skippedFor('the suite "backends"', error.message);
    console.error(error.message);
    return oneFailed;
  }
}

/**
 * The page of an editor of this size sometimes loses a key or a frame on a busy machine: files with a failure are run
 * once more, alone in a window of their own, and must pass whole then. Said in the output.
 */
async function panelSuite(filters: readonly string[]): Promise<Outcome> {
  const first = await vitest("vitest.panel.config.ts", filters);
  const failed = (first.files ?? []).filter((file) => file.failed > 0).map(({ file }) => file);
  if (failed.length === 0) return first;
  console.log(`\n   panel: ${first.failed} failed; once more, alone: ${failed.join(", ")}`);
  return afterSecondRun(first, await vitest("vitest.panel.config.ts", failed));
}

/** A suite that needs VS Code, a browser and a built extension; skipped with the reason where the first two cannot be had. */
async function insideVSCode(name: string, run: () => Promise<Outcome>): Promise<Outcome> {
  if (!existsSync(join(root, "dist/extension.cjs"))) {
    console.error("dist/extension.cjs is missing: src/extension.ts was not built");
    return oneFailed;
  }
  const reason = await whyUnavailable();
  return reason ? skippedFor(`the suite "${name}"`, reason) : run();
}
