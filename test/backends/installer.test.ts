import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findRuntime } from "../../src/engine/runtimes/findRuntime.ts";
import { installRuntime } from "../../src/engine/runtimes/installRuntime.ts";
import { runtimePlaces } from "../../src/engine/runtimes/places.ts";
import { findCompiler } from "../../src/engine/runtimes/tensorflow/binding.ts";
import { temporaryFolder } from "../util/temporaryFolder.ts";

/** The folder with the libraries that the suite's own TensorFlow was installed with. */
async function realLibraries(): Promise<string> {
  const runtime = await findRuntime("tensorflow", runtimePlaces(process.env));
  if (!runtime.present) throw new Error(runtime.missing);
  return realpathSync(join(runtime.entry, "..", "libraries"));
}

function work(environment: NodeJS.ProcessEnv) {
  const { signal } = new AbortController();
  return { signal, environment: { PATH: process.env.PATH, ...environment }, pythons: [], report: () => {} };
}

test("a folder that the person names is used where it is: linked, compiled against, proved", async () => {
  const libraryFolder = await realLibraries();
  const folder = temporaryFolder();
  const places = { folders: [folder], libraryFolder };
  const found = await installRuntime("tensorflow", places, work({ HOME: folder }));
  expect(found).toMatchObject({ present: true, source: "setting", version: "2.21.0", folder: libraryFolder });
  expect(await findRuntime("tensorflow", { folders: [folder], libraryFolder: "/elsewhere" })).toMatchObject({
    present: false,
  });
});

/** An active Python environment with TensorFlow and a library of CUDA that says when it is loaded. */
function environmentWithCuda(root: string, libraries: string): string {
  const site = join(root, "lib", "python3.12", "site-packages");
  const cuda = join(site, "nvidia", "cuda_runtime", "lib");
  mkdirSync(cuda, { recursive: true });
  mkdirSync(join(root, "bin"));
  mkdirSync(join(site, "tensorflow-2.21.0.dist-info"));
  mkdirSync(join(site, "tensorflow"));
  for (const name of readdirSync(libraries))
    symlinkSync(join(libraries, name), join(site, "tensorflow", name));
  writeFileSync(join(root, "bin", "python3"), "", { mode: 0o755 });
  const source = join(root, "cudart.c");
  const opens = `FILE *file = fopen("${join(root, "loaded")}", "w");`;
  writeFileSync(
    source,
    `#include <stdio.h>\n__attribute__((constructor)) static void say(void) { ${opens} fputs("yes", file); fclose(file); }\n`,
  );
  const library = join(cuda, "libcudart.so.12");
  execFileSync(findCompiler(process.env) ?? "g++", [
    ...["-shared", "-fPIC", "-x", "c", source, "-o", library, "-Wl,-soname,libcudart.so.12"],
  ]);
  return join(site, "tensorflow");
}

test.runIf(process.platform === "linux")(
  "a Python environment's TensorFlow is used where it is, and CUDA's libraries beside it are found without a search path",
  async () => {
    const root = temporaryFolder();
    const environment = join(root, "venv");
    mkdirSync(environment);
    const tensorflow = environmentWithCuda(environment, await realLibraries());
    const places = { folders: [join(root, "runtimes")] };
    const found = await installRuntime("tensorflow", places, work({ HOME: root, VIRTUAL_ENV: environment }));
    expect(found).toMatchObject({ present: true, source: "python", folder: tensorflow });
    expect(readFileSync(join(environment, "loaded"), "utf8")).toBe("yes");
  },
);
