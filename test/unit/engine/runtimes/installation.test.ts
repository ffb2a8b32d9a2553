import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { findRuntime } from "../../../../src/engine/runtimes/findRuntime.ts";
import { type Installed, installInto, sweepLeftovers } from "../../../../src/engine/runtimes/installation.ts";
import { pointerPath } from "../../../../src/engine/runtimes/pointer.ts";
import { temporaryFolder } from "../../../util/temporaryFolder.ts";
import { type FakeMachine, fakeMachine, fakeWheel, pythonWithWheel } from "./fakeMachine.ts";

const installed = (version: string): Installed => ({
  version,
  source: "storage",
  libraries: null,
  device: "CPU",
});

function fill(version: string) {
  return async (workshop: string) => {
    writeFileSync(join(workshop, "tfjs_binding.node"), version);
    return installed(version);
  };
}

const found = (folder: string) => findRuntime("tensorflow", { folders: [folder] });
/** What lies in a folder but the lock of whoever installs. */
const left = (folder: string) => readdirSync(folder).filter((name) => !name.startsWith(".tensorflow"));

test("a runtime is there when all of it is there, and takes the place of the one before", async () => {
  const folder = temporaryFolder();
  await installInto(folder, "tensorflow", fill("1.0.0"));
  expect(await found(folder)).toMatchObject({ present: true, version: "1.0.0", device: "CPU" });
  await installInto(folder, "tensorflow", async (workshop) => {
    expect(await found(folder)).toMatchObject({ version: "1.0.0" });
    return fill("2.0.0")(workshop);
  });
  expect(await found(folder)).toMatchObject({ present: true, version: "2.0.0" });
  expect(left(folder)).toHaveLength(2);
});

test("one that fails leaves the one before, and nothing of itself", async () => {
  const folder = temporaryFolder();
  await installInto(folder, "tensorflow", fill("1.0.0"));
  const failing = installInto(folder, "tensorflow", async (workshop) => {
    await fill("2.0.0")(workshop);
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(await found(folder)).toMatchObject({ present: true, version: "1.0.0" });
  expect(left(folder)).toHaveLength(2);
});

test("two at once: the second says that the first is at work", async () => {
  const folder = temporaryFolder();
  const second = () => installInto(folder, "tensorflow", fill("2.0.0"));
  await installInto(folder, "tensorflow", async (workshop) => {
    await expect(second()).rejects.toMatchObject({
      code: "installing",
      hint: expect.stringContaining("Wait"),
    });
    return fill("1.0.0")(workshop);
  });
  expect(await found(folder)).toMatchObject({ version: "1.0.0" });
});

test("what killed ones can leave is swept, and what is installed stays", async () => {
  const folder = temporaryFolder();
  await installInto(folder, "tensorflow", fill("1.0.0"));
  for (const name of [".installing-tensorflow-abc", "tensorflow-3.0.0-abc"]) mkdirSync(join(folder, name));
  writeFileSync(`${pointerPath(folder, "tensorflow")}.99`, "{");
  sweepLeftovers(folder, "tensorflow");
  expect(left(folder)).toHaveLength(2);
  expect(await found(folder)).toMatchObject({ present: true, version: "1.0.0" });
});

test.for([
  ["no pointer", ""],
  ["no JSON", "{"],
  ["another form", '{"format":2}'],
  ["a home elsewhere", JSON.stringify({ format: 1, name: "tensorflow", home: "../x", ...installed("1") })],
  ["a home that is gone", JSON.stringify({ format: 1, name: "tensorflow", home: "x", ...installed("1") })],
])("a folder with %s holds no runtime, and says what mends it", async ([, text]) => {
  const folder = temporaryFolder();
  if (text) writeFileSync(pointerPath(folder, "tensorflow"), text);
  const runtime = await found(folder);
  expect(runtime).toMatchObject({ present: false, mend: "pgi doctor --install tensorflow" });
});

/** Starts an installation in a process of its own; resolves when it reports a step. */
async function startUntil(machine: FakeMachine, folder: string, step: string): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "installChild.ts"), folder, machine.environment.PATH ?? ""],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    said += text;
  });
  await expect.poll(() => said, { timeout: 30_000 }).toContain(step);
  return child;
}

async function killedAt(step: string, machine: FakeMachine, wheelUrl: string): Promise<void> {
  const folder = join(machine.root, "runtimes");
  await installInto(folder, "tensorflow", fill("1.0.0"));
  pythonWithWheel(machine, wheelUrl, fakeWheel());
  const child = await startUntil(machine, folder, step);
  expect(readdirSync(folder).some((name) => name.startsWith(".installing-"))).toBe(true);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await found(folder)).toMatchObject({ present: true, version: "1.0.0" });
  sweepLeftovers(folder, "tensorflow");
  expect(left(folder)).toHaveLength(2);
  await installInto(folder, "tensorflow", fill("2.0.0"));
  expect(await found(folder)).toMatchObject({ present: true, version: "2.0.0" });
}

test("killed while it downloads: the one before is whole, nothing else is left, and the next one works", async () => {
  const machine = fakeMachine(temporaryFolder());
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-length": 1_000_000 });
    response.write(Buffer.alloc(1000));
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  await killedAt("Downloading", machine, `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.whl`);
});

test("killed while it compiles: the same", async () => {
  const machine = fakeMachine(temporaryFolder());
  const pid = join(machine.root, "compiler.pid");
  machine.program("g++", `echo $$ > "${pid}"; exec /bin/sleep 60`);
  const wheel = join(machine.root, "a.whl");
  writeFileSync(wheel, fakeWheel());
  await killedAt("Compiling the binding", machine, pathToFileURL(wheel).href);
  expect(existsSync(wheel)).toBe(true);
});
