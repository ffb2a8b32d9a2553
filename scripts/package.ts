import { mkdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { findRuntime } from "../src/engine/runtimes/findRuntime.ts";
import { compileBinding } from "../src/engine/runtimes/tensorflow/binding.ts";
import { librariesIn } from "../src/engine/runtimes/tensorflow/libraries.ts";
import { root } from "./lib/paths.mjs";
import { finish, SetUpError, stage } from "./lib/stage.mjs";
import { ensureRuntimes, runtimesFolder } from "./runtimes/ensure.ts";
import { inherit } from "./test/runners.ts";

/** Compiles the binding that is shipped for this platform; where it does not load, the installer compiles another. */
async function shipBinding(): Promise<void> {
  const environment = await ensureRuntimes();
  const runtime = await findRuntime("tensorflow", { folders: [runtimesFolder] });
  if (!runtime.present) throw new SetUpError(runtime.missing);
  const libraries = librariesIn(realpathSync(join(dirname(runtime.entry), "libraries")));
  if (libraries === undefined) throw new SetUpError(`${runtime.folder} has no libraries.`);
  const folder = join(root, "dist", "tensorflow-binding", `${process.platform}-${process.arch}`);
  mkdirSync(folder, { recursive: true });
  const { signal } = new AbortController();
  await stage("TensorFlow's binding for this platform", () =>
    compileBinding(join(folder, "tfjs_binding.node"), { ...libraries, cuda: [] }, { environment, signal }),
  );
}

async function main(): Promise<number> {
  await shipBinding();
  const words = [
    "--no-dependencies",
    "--allow-missing-repository",
    "--skip-license",
    "--no-rewrite-relative-links",
  ];
  return inherit(join(root, "node_modules", ".bin", "vsce"), ["package", ...words]);
}

await finish(main());
