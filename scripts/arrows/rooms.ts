/** What a room may touch. A file belongs to the room with the longest path that is a prefix of its own. */
export interface Room {
  /** A folder that ends in a slash, or one file; relative to the root. */
  readonly path: string;
  /** Rooms whose files it may import, beside its own. */
  readonly mayImport: readonly string[];
  /** npm packages it may import, subpaths included; `@scope/*` stands for a whole scope. */
  readonly packages: readonly string[];
  /** Whether it may import Node's own modules. */
  readonly node: boolean;
  /** Files it must not reach at run time, not even through others. */
  readonly neverReaches?: RegExp;
}

const pure = ["algorithms", "diagnosis", "environments", "loss", "policies", "rl"];
const engineSees = [...pure, "protocol", "runs"];
const product = [...engineSees, "cli", "engine", "extension", "host", "python", "webview"];

/** Evaluation is the engine's: the editor's side parses, shapes, documents and prints a loss. */
const evaluation = /^src\/loss\/(evaluate|backward|reverse)/;

const views = [
  "@codemirror/*",
  "@lezer/*",
  "@vscode-elements/*",
  "@vscode/codicons",
  "chart.js",
  "lit",
  "valibot",
];
const vitest = ["@fast-check/vitest", "fast-check", "vitest"];

/** Every room of the house. Adding one is one row here. */
export const rooms: Readonly<Record<string, Room>> = {
  protocol: { path: "src/protocol/", mayImport: [], packages: ["valibot"], node: false },
  rl: { path: "src/rl/", mayImport: ["protocol"], packages: ["pure-rand"], node: false },
  loss: { path: "src/loss/", mayImport: ["protocol", "rl"], packages: [], node: false },
  policies: { path: "src/policies/", mayImport: ["protocol", "rl"], packages: [], node: false },
  environments: { path: "src/environments/", mayImport: ["protocol", "rl"], packages: [], node: false },
  algorithms: { path: "src/algorithms/", mayImport: ["protocol", "rl", "loss"], packages: [], node: false },
  diagnosis: {
    path: "src/diagnosis/",
    mayImport: ["protocol", "rl", "loss", "policies", "algorithms"],
    packages: [],
    node: false,
  },
  runs: { path: "src/runs/", mayImport: ["protocol", "rl"], packages: ["valibot"], node: true },
  engine: {
    path: "src/engine/",
    mayImport: engineSees,
    packages: ["@tensorflow/*", "diff", "tar", "valibot", "yauzl"],
    node: true,
  },
  cli: { path: "src/cli/", mayImport: [...engineSees, "engine"], packages: ["valibot"], node: true },
  python: { path: "src/python/", mayImport: [], packages: ["@lezer/*"], node: false },
  host: {
    path: "src/host/",
    mayImport: ["protocol", "loss", "python"],
    packages: ["valibot", "vscode"],
    node: true,
    neverReaches: evaluation,
  },
  extension: {
    path: "src/extension.ts",
    mayImport: ["host", "protocol"],
    packages: ["vscode"],
    node: true,
    neverReaches: evaluation,
  },
  webview: {
    path: "webview/",
    mayImport: ["protocol", "loss"],
    packages: views,
    node: false,
    neverReaches: evaluation,
  },
  bench: {
    path: "bench/",
    mayImport: [...product, "scripts", "test"],
    packages: ["playwright-core", "pure-rand"],
    node: true,
  },
  scripts: {
    path: "scripts/",
    mayImport: product,
    packages: ["@vscode/test-electron", "esbuild", "playwright-core", "vitest"],
    node: true,
  },
  screenshots: {
    path: "scripts/screenshots.ts",
    mayImport: ["scripts", "test"],
    packages: [],
    node: true,
  },
  test: {
    path: "test/",
    mayImport: [...product, "bench", "scripts"],
    packages: [...views, ...vitest, "*"],
    node: true,
  },
  "test/host": {
    path: "test/host/",
    mayImport: [...product, "scripts", "test"],
    packages: ["@vscode/test-electron", "mocha", "vscode"],
    node: true,
  },
};
