import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { runtimePlaces } from "../../../../src/engine/runtimes/places.ts";
import { searchFolders } from "../../../../src/engine/runtimes/programs.ts";
import { kindOf, librariesIn } from "../../../../src/engine/runtimes/tensorflow/libraries.ts";
import {
  compareVersions,
  findInPythons,
  findPackage,
  pythonPrograms,
} from "../../../../src/engine/runtimes/tensorflow/pythons.ts";
import { requirementFor } from "../../../../src/engine/runtimes/tensorflow/wheels.ts";
import { temporaryFolder } from "../../../util/temporaryFolder.ts";
import { elf } from "./fakeMachine.ts";

test.for([
  [{ XDG_DATA_HOME: "/data" }, "linux", ["/data/policy-gradient-inspector/runtimes"]],
  [{ PGI_RUNTIMES: "/r", XDG_DATA_HOME: "/d" }, "linux", ["/r", "/d/policy-gradient-inspector/runtimes"]],
  [{ PGI_RUNTIMES: "here", XDG_DATA_HOME: "/d" }, "linux", ["/d/policy-gradient-inspector/runtimes"]],
  [{ LOCALAPPDATA: "/local" }, "win32", ["/local/policy-gradient-inspector/runtimes"]],
] as [NodeJS.ProcessEnv, NodeJS.Platform, string[]][])(
  "%o on %s: runtimes are in %o",
  ([environment, platform, folders]) => {
    expect(runtimePlaces(environment, platform).folders).toEqual(folders);
  },
);

test("a library folder is taken as an absolute path only", () => {
  expect(runtimePlaces({ PGI_TENSORFLOW: "/tf" }).libraryFolder).toBe("/tf");
  for (const path of ["tf", "", undefined]) {
    expect(runtimePlaces({ PGI_TENSORFLOW: path }).libraryFolder).toBeUndefined();
  }
});

test("relative entries of the PATH are never searched", () => {
  expect(searchFolders({ PATH: ["/a", ".", "b", "", "/c"].join(delimiter) })).toEqual(["/a", "/c"]);
});

/** A Python environment with packages, by name and version; TensorFlow with libraries that are nothing but their head. */
function environmentWith(root: string, packages: Record<string, string>): string {
  const site = join(root, "lib", "python3.12", "site-packages");
  for (const [name, version] of Object.entries(packages)) {
    mkdirSync(join(site, `${name}-${version}.dist-info`), { recursive: true });
    if (!name.startsWith("tensorflow")) continue;
    mkdirSync(join(site, "tensorflow"));
    for (const file of ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"]) {
      writeFileSync(join(site, "tensorflow", file), elf(0x3e));
    }
  }
  const python = join(root, "bin", "python3");
  mkdirSync(dirname(python), { recursive: true });
  writeFileSync(python, "");
  chmodSync(python, 0o755);
  return python;
}

test.runIf(process.platform === "linux")(
  "TensorFlow is found in every kind of environment, newest first",
  () => {
    const root = temporaryFolder();
    const home = join(root, "home");
    environmentWith(join(root, "venv"), { tensorflow: "2.19.0" });
    environmentWith(join(home, ".pyenv", "versions", "3.12.1"), { tensorflow_cpu: "2.21.0" });
    environmentWith(join(home, "miniconda3", "envs", "rl"), { tensorflow: "2.20.1" });
    environmentWith(join(root, "old"), { tensorflow: "2.9.1" });
    const given = environmentWith(join(root, "chosen"), { tensorflow: "2.18.0", gymnasium: "1.2.0" });
    mkdirSync(join(root, "links"));
    symlinkSync(
      environmentWith(join(root, "real"), { tensorflow: "2.17.0" }),
      join(root, "links", "python3"),
    );
    const environment = {
      HOME: home,
      VIRTUAL_ENV: join(root, "venv"),
      PATH: [join(root, "old", "bin"), join(root, "links")].join(delimiter),
    };
    const versions = findInPythons(environment, [given]).map(({ version }) => version);
    expect(versions).toEqual(["2.21.0", "2.20.1", "2.19.0", "2.18.0", "2.17.0"]);
    expect(pythonPrograms(environment, [given])[0]).toBe(given);
    expect(findPackage("gymnasium", environment, [given])).toEqual({
      version: "1.2.0",
      folder: join(root, "chosen", "lib", "python3.12", "site-packages"),
    });
    expect(findInPythons({ PATH: "", HOME: root }, [])).toEqual([]);
  },
);

test("versions are compared by their numbers", () => {
  expect(["2.9.1", "2.21.0", "2.12", "2.21.0rc1"].sort(compareVersions)).toEqual([
    "2.9.1",
    "2.12",
    "2.21.0",
    "2.21.0rc1",
  ]);
});

test.for([
  [elf(0x3e), "linux-x64"],
  [elf(0xb7), "linux-arm64"],
  [elf(0xf3), "linux-another processor"],
  [Buffer.from("cffaedfe0c000001", "hex"), "darwin-arm64"],
  [Buffer.from("cffaedfe07000001", "hex"), "darwin-x64"],
  [Buffer.from("cafebabe00000002", "hex"), "darwin-universal"],
  [Buffer.from("MZ"), "win32"],
  [Buffer.from("#!/bin/sh"), undefined],
] as const)("%o is made for %s", ([head, kind]) => {
  const file = join(temporaryFolder(), "library");
  writeFileSync(file, Buffer.concat([head, Buffer.alloc(64)]));
  expect(kindOf(file)).toBe(kind);
});

test("an empty file is made for nothing", () => {
  const file = join(temporaryFolder(), "library");
  writeFileSync(file, "");
  expect(kindOf(file)).toBeUndefined();
});

test("a Python package's folder, its environment's packages and TensorFlow's own archive are library folders", () => {
  const root = temporaryFolder();
  const put = (folder: string, core: string) => {
    mkdirSync(join(root, folder), { recursive: true });
    for (const name of [core, "libtensorflow_framework.so.2"])
      writeFileSync(join(root, folder, name), elf(0x3e));
  };
  put("site/tensorflow", "libtensorflow_cc.so.2");
  put("archive/lib", "libtensorflow.so.2");
  mkdirSync(join(root, "archive/include/tensorflow/c"), { recursive: true });
  writeFileSync(join(root, "archive/include/tensorflow/c/c_api.h"), "");
  for (const path of ["cublas", "cudnn"])
    mkdirSync(join(root, "site/nvidia", path, "lib"), { recursive: true });
  const inSite = librariesIn(join(root, "site"), "linux");
  expect(inSite).toMatchObject({ folder: join(root, "site/tensorflow"), include: undefined });
  expect(inSite?.cuda).toEqual(["cublas", "cudnn"].map((name) => join(root, "site/nvidia", name, "lib")));
  expect(librariesIn(join(root, "archive"), "linux")).toMatchObject({
    core: "libtensorflow.so.2",
    include: join(root, "archive/include"),
    cuda: [],
  });
  expect(librariesIn(root, "linux")).toBeUndefined();
  expect(librariesIn(join(root, "site"), "win32")).toBeUndefined();
});

test.runIf(process.platform === "linux" && process.arch === "x64")(
  "a GPU decides which variant is taken",
  () => {
    expect(requirementFor(true)).toMatch(/^tensorflow\[and-cuda\]==\d/);
    expect(requirementFor(false)).toMatch(/^tensorflow-cpu==\d/);
  },
);
