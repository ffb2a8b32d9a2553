import { cpSync, existsSync, globSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { markBuildFresh } from "./scripts/lib/freshness.mjs";
import { root } from "./scripts/lib/paths.mjs";

/** @type {import("esbuild").BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  target: "es2024",
};

/** @type {import("esbuild").BuildOptions} */
const forNode = {
  ...common,
  platform: "node",
  target: "node22",
  format: "esm",
  // Inlines module constants: the kernels are slower by a fifth where V8 cannot fold them.
  minifySyntax: true,
  // Packages in CommonJS call require for Node's own modules, which an ES module does not have.
  banner: {
    js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
  },
};

/** @type {import("esbuild").BuildOptions} */
const forHost = {
  ...common,
  platform: "node",
  target: "node22",
  format: "cjs",
  external: ["vscode", "mocha"],
};

/**
 * The tensor library is a file of its own that the others import when a device is first wanted: those who train on the
 * CPU do not pay for reading it.
 * @type {import("esbuild").Plugin}
 */
const tensorsApart = {
  name: "tensors-apart",
  setup({ onResolve }) {
    onResolve({ filter: /\/tfjs\/main\.ts$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: "./tensors.js", external: true } : undefined,
    );
  },
};

/**
 * The printers of losses, the reader of Python and that of training scripts are files of their own too: the extension host
 * reads them when a loss is first copied, Python first pasted, or a script first to be changed.
 * @type {import("esbuild").Plugin}
 */
const rareApart = {
  name: "rare-apart",
  setup({ onResolve }) {
    const apart = (/** @type {RegExp} */ filter, /** @type {string} */ path) =>
      onResolve({ filter }, ({ kind }) => (kind === "dynamic-import" ? { path, external: true } : undefined));
    apart(/\/print\/print\.ts$/, "./printers.cjs");
    apart(/\/python\/offer\.ts$/, "./python.cjs");
    apart(/\/python\/main\.ts$/, "./scripts.cjs");
  },
};

const suites = globSync("test/host/suite/**/*.ts", { cwd: root });

/** @type {Record<string, import("esbuild").BuildOptions>} */
const bundles = {
  pgi: { ...forNode, entryPoints: ["src/cli/main.ts"], outfile: "dist/pgi.js", plugins: [tensorsApart] },
  engine: {
    ...forNode,
    entryPoints: ["src/engine/main.ts"],
    outfile: "dist/engine.js",
    plugins: [tensorsApart],
  },
  tensors: {
    ...forNode,
    entryPoints: ["src/engine/backends/tfjs/main.ts"],
    outfile: "dist/tensors.js",
    minify: true,
    // Of the union package TensorFlow's own kernels need the core alone.
    alias: { "@tensorflow/tfjs": "@tensorflow/tfjs-core" },
    // Asked for by what loads models from the network, which nothing here does.
    external: ["node-fetch"],
  },
  prove: {
    ...forNode,
    entryPoints: ["src/engine/runtimes/proofChild.ts"],
    outfile: "dist/prove.js",
    plugins: [tensorsApart],
  },
  extension: {
    ...forHost,
    entryPoints: ["src/extension.ts"],
    outfile: "dist/extension.cjs",
    minify: true,
    plugins: [rareApart],
  },
  printers: {
    ...forHost,
    entryPoints: ["src/loss/print/print.ts"],
    outfile: "dist/printers.cjs",
    minify: true,
  },
  python: {
    ...forHost,
    entryPoints: ["src/loss/python/offer.ts"],
    outfile: "dist/python.cjs",
    minify: true,
  },
  scripts: {
    ...forHost,
    entryPoints: ["src/python/main.ts"],
    outfile: "dist/scripts.cjs",
    minify: true,
  },
  webview: {
    ...common,
    entryPoints: ["webview/main.ts"],
    outfile: "dist/webview.js",
    format: "iife",
    minify: true,
    loader: { ".ttf": "file", ".woff2": "file", ".svg": "file" },
  },
  comparison: {
    ...common,
    entryPoints: ["webview/comparison/main.ts"],
    outfile: "dist/comparison.js",
    format: "iife",
    minify: true,
    loader: { ".ttf": "file", ".woff2": "file", ".svg": "file" },
  },
  "test-host": { ...forHost, entryPoints: suites, outdir: "dist/test-host", outExtension: { ".js": ".cjs" } },
};

function isPresent(/** @type {import("esbuild").BuildOptions} */ bundle) {
  const entries = /** @type {string[]} */ (bundle.entryPoints);
  return entries.length > 0 && entries.every((entry) => existsSync(join(root, entry)));
}

/** The binding's C++ and the headers of Node that it is compiled with, on the machine where TensorFlow is installed. */
function copyBindingSources() {
  const from = (/** @type {string[]} */ ...parts) => join(root, "node_modules", ...parts);
  const to = join(root, "dist", "tensorflow-binding");
  cpSync(from("@tensorflow", "tfjs-node-gpu", "binding"), join(to, "binding"), { recursive: true });
  cpSync(from("node-api-headers", "include"), join(to, "node"), { recursive: true });
  cpSync(from("node-api-headers", "LICENSE"), join(to, "node", "LICENSE"));
}

/** The files of `dist` with their sizes, one a line. */
function sizes() {
  const files = readdirSync(join(root, "dist"), { recursive: true, encoding: "utf8" }).sort();
  return files
    .map((file) => ({ file, stats: statSync(join(root, "dist", file)) }))
    .filter(({ stats }) => stats.isFile())
    .map(({ file, stats }) => `${(stats.size / 1000).toFixed(1).padStart(9)} kB  dist/${file}`);
}

rmSync(join(root, "dist"), { recursive: true, force: true });
mkdirSync(join(root, "dist"));
await Promise.all(Object.values(bundles).filter(isPresent).map(build));
if (isPresent(bundles.pgi)) cpSync(join(root, "scripts/lib/launchCli.mjs"), join(root, "dist/cli.js"));
copyBindingSources();
console.log(sizes().join("\n"));
markBuildFresh();
