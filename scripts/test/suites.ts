import type { Outcome } from "./outcome.ts";
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
};
