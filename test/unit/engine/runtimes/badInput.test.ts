import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { findRuntime } from "../../../../src/engine/runtimes/findRuntime.ts";
import { installRuntime } from "../../../../src/engine/runtimes/installRuntime.ts";
import type { RuntimeName } from "../../../../src/engine/runtimes/runtime.ts";
import { UserError } from "../../../../src/engine/userError.ts";
import { temporaryFolder } from "../../../util/temporaryFolder.ts";
import { zipFile } from "../../../util/zipFile.ts";
import { elf, type FakeMachine, fakeMachine, fakeWheel, pythonWithWheel } from "./fakeMachine.ts";

interface Tried {
  readonly line: string;
  readonly code: string;
  /** What is left in the folder of runtimes. */
  readonly left: string[];
}

/** Installs on a machine, which has to fail with one line for a person. */
async function fail(
  machine: FakeMachine,
  { name = "tensorflow", libraryFolder }: { name?: RuntimeName; libraryFolder?: string } = {},
): Promise<Tried> {
  const folder = join(machine.root, "runtimes");
  const places = { folders: [folder], libraryFolder };
  const error = await installRuntime(name, places, machine.work).then(
    () => new Error("it was installed"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw error;
  expect((await findRuntime(name, places)).present).toBe(false);
  expect(error.line).not.toContain("\n");
  return { line: error.line, code: error.code, left: existsSync(folder) ? readdirSync(folder) : [] };
}

function machineWithWheel(wheel = fakeWheel()): FakeMachine {
  const machine = fakeMachine(temporaryFolder());
  const file = join(machine.root, "a.whl");
  writeFileSync(file, wheel);
  pythonWithWheel(machine, pathToFileURL(file).href, wheel);
  return machine;
}

test("no Python: says what it is needed for and the two ways on", async () => {
  const { line, left } = await fail(fakeMachine(temporaryFolder()));
  expect(line).toMatch(/^There is no Python.*Install Python 3\.10 or newer with pip, or name a folder/);
  expect(left).toEqual([]);
});

test("a Python without pip: names the Python", async () => {
  const machine = fakeMachine(temporaryFolder());
  const python = machine.program("python3", 'echo "No module named pip" >&2; exit 1');
  expect((await fail(machine)).line).toMatch(new RegExp(`^There is no pip in ${python}.*Install Python`));
});

test("no network for pip: says so and where to look", async () => {
  const machine = fakeMachine(temporaryFolder());
  machine.program(
    "python3",
    `case "$*" in *--version) exit 0 ;; esac
echo "WARNING: Retrying: Failed to establish a new connection: Network is unreachable" >&2
echo "ERROR: No matching distribution found for tensorflow-cpu==2.21.0" >&2; exit 1`,
  );
  const { line, code, left } = await fail(machine);
  expect(code).toBe("network");
  expect(line).toMatch(/^pip cannot reach its package index.*Check the network and pip's configuration/);
  expect(left).toEqual([]);
});

test("no network for the file, neither streamed nor by pip: says so", async () => {
  const wheel = fakeWheel();
  const machine = fakeMachine(temporaryFolder());
  pythonWithWheel(machine, "http://127.0.0.1:9/a.whl", wheel);
  const { line, code, left } = await fail(machine);
  expect(code).toBe("network");
  expect(line).toContain("Check the network");
  expect(machine.steps).toContain("Downloading tensorflow-cpu==2.21.0 with pip");
  expect(left).toEqual([]);
});

test("a wheel that pip does not know for this platform", async () => {
  const machine = fakeMachine(temporaryFolder());
  machine.program(
    "python3",
    `case "$*" in *--version) exit 0 ;; esac
echo "ERROR: No matching distribution found for tensorflow-cpu==2.21.0" >&2; exit 1`,
  );
  const { line, code } = await fail(machine);
  expect(code).toBe("platform");
  expect(line).toContain(`${process.platform}-${process.arch}`);
});

test("a wheel whose libraries are for another processor", async () => {
  const { line, code, left } = await fail(machineWithWheel(fakeWheel(0xf3)));
  expect(code).toBe("platform");
  expect(line).toMatch(/is made for linux-another processor, and this is /);
  expect(left).toEqual([]);
});

test("a wheel without libraries", async () => {
  const { line } = await fail(machineWithWheel(zipFile([{ name: "tensorflow/a.py", content: "" }])));
  expect(line).toMatch(/^The downloaded wheel has no libraries for this platform\..*libraryFolder/);
});

test("a GPU whose driver does not answer: takes the CPU variant, and says so", async () => {
  const machine = machineWithWheel();
  machine.program("nvidia-smi", "exit 9");
  await fail(machine);
  expect(machine.steps).toContain(
    "An NVIDIA GPU is here, but its driver does not answer: the CPU variant is taken",
  );
});

test("no compiler: says what needs it and how to get one", async () => {
  const { line, code, left } = await fail(machineWithWheel());
  expect(code).toBe("compiler");
  expect(line).toMatch(/no C\+\+ compiler \(g\+\+ or clang\+\+\) on the PATH.*apt-get install g\+\+/);
  expect(left).toEqual([]);
});

test("a compiler that refuses: its own first complaint", async () => {
  const machine = machineWithWheel();
  machine.program("g++", 'echo "note: something" >&2; echo "a.cc:1: error: no such thing" >&2; exit 1');
  expect((await fail(machine)).line).toContain("a.cc:1: error: no such thing");
});

test("a binding that does not load: the loader's reason", async () => {
  const machine = machineWithWheel();
  machine.program(
    "g++",
    `while [ $# -gt 0 ]; do [ "$1" = -o ] && out=$2; shift; done; echo "no library" > "$out"`,
  );
  const { line, code, left } = await fail(machine);
  expect(code).toBe("proof");
  expect(line).toMatch(/^The backend tensorflow cannot be used: it (is damaged|was made for another)/);
  expect(left).toEqual([]);
});

test("a checksum that does not hold", async () => {
  const machine = machineWithWheel();
  writeFileSync(join(machine.root, "a.whl"), fakeWheel(0xf3));
  const { line, code, left } = await fail(machine);
  expect(code).toBe("checksum");
  expect(line).toMatch(/did not arrive as it was sent: its sha256 is .* not .*try again/);
  expect(left).toEqual([]);
});

test("a truncated file from the disk", async () => {
  const machine = machineWithWheel();
  writeFileSync(join(machine.root, "a.whl"), fakeWheel().subarray(0, 200));
  expect((await fail(machine)).code).toBe("checksum");
});

test("a report of pip that is none", async () => {
  const machine = fakeMachine(temporaryFolder());
  machine.program("python3", 'case "$*" in *--version) exit 0 ;; esac; echo "{}"');
  expect((await fail(machine)).line).toBe(
    "pip's report of what to download cannot be read. Update pip and try again.",
  );
});

test.for([
  ["does not exist", () => {}],
  ["has none of TensorFlow's libraries", (folder: string) => void mkdirSync(folder)],
  [
    "has TensorFlow's libraries but not its headers",
    (folder: string) => {
      mkdirSync(folder);
      for (const name of ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"]) {
        writeFileSync(join(folder, name), elf(process.arch === "arm64" ? 0xb7 : 0x3e));
      }
    },
  ],
] as [string, (folder: string) => void][])("a library folder that %s", async ([what, prepare]) => {
  const machine = fakeMachine(temporaryFolder());
  machine.program("g++", "exit 0");
  const libraryFolder = join(machine.root, "libraries");
  prepare(libraryFolder);
  const { line } = await fail(machine, { libraryFolder });
  expect(line).toContain(`${libraryFolder} ${what}`);
  expect(line).toContain("Name the folder tensorflow of a Python environment");
});

test("cancelled: says that nothing was installed, and leaves nothing", async () => {
  const machine = machineWithWheel();
  machine.program("g++", "exec /bin/sleep 600");
  const trying = fail(machine);
  await expect.poll(() => machine.steps, { timeout: 20_000 }).toContain("Compiling the binding");
  machine.controller.abort();
  const { line, left } = await trying;
  expect(line).toBe("The installation of TensorFlow was cancelled; nothing was installed.");
  expect(left).toEqual([]);
});

test("a folder of runtimes that cannot be made", async () => {
  const machine = fakeMachine(temporaryFolder());
  writeFileSync(join(machine.root, "runtimes"), "a file");
  const error = await installRuntime(
    "webgpu",
    { folders: [join(machine.root, "runtimes", "inside")] },
    machine.work,
  ).catch((reason: UserError) => reason.line);
  expect(error).toMatch(/cannot be installed into .*: a part of its path is not a folder.*PGI_RUNTIMES/);
});

test("no npm", async () => {
  const { line } = await fail(fakeMachine(temporaryFolder()), { name: "webgpu" });
  expect(line).toMatch(/^There is no npm on the PATH.*Install Node with npm/);
});

test("no network for npm", async () => {
  const machine = fakeMachine(temporaryFolder());
  machine.program(
    "npm",
    `echo "npm error code ENOTFOUND" >&2; echo "npm error network request failed" >&2; exit 1`,
  );
  const { line, code } = await fail(machine, { name: "webgpu" });
  expect(code).toBe("network");
  expect(line).toMatch(
    /^npm cannot reach its registry for webgpu .*: network request failed.*npm config list/,
  );
});
