import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Backends } from "../../../../src/engine/backends/backends.ts";
import { fastestBackend, pinnedBackend, smallestMeasured } from "../../../../src/engine/backends/choose.ts";
import type { DeviceBackend } from "../../../../src/engine/backends/deviceBackend.ts";
import { openDevice } from "../../../../src/engine/backends/openDevice.ts";
import { UpdateTimesFile } from "../../../../src/engine/backends/updateTimes.ts";
import type { PresentRuntime, RuntimeName } from "../../../../src/engine/runtimes/runtime.ts";
import { kernelsDevice } from "../../../util/kernelsDevice.ts";
import { temporaryFolder } from "../../../util/temporaryFolder.ts";

const wide = { observationSize: 4, actionCount: 2, hidden: [256], activation: "relu", bias: true } as const;
const steps = 2000;

function runtime(name: RuntimeName, entry = "/nowhere/entry"): PresentRuntime {
  return {
    present: true,
    name,
    version: "1.0",
    source: "storage",
    folder: "/nowhere",
    entry,
    device: "a double",
  };
}

/** Backends on which those doubles are installed; counts how often each is opened. */
function installed(folder: string, doubles: Partial<Record<RuntimeName, () => Promise<DeviceBackend>>>) {
  const opened: string[] = [];
  const backends = new Backends({ folders: [folder] });
  backends.present = async () => (Object.keys(doubles) as RuntimeName[]).map((name) => runtime(name));
  backends.open = async (name) => {
    opened.push(name);
    return await doubles[name]!();
  };
  return { backends, opened };
}

/** A device that needs that much longer for every update. */
function slowed(name: RuntimeName, milliseconds: number): DeviceBackend {
  const device = kernelsDevice(name);
  return {
    ...device,
    createPolicy(specification) {
      const policy = device.createPolicy(specification);
      const figures = policy.figures.bind(policy);
      policy.figures = async () => {
        const until = performance.now() + milliseconds;
        while (performance.now() < until);
        return await figures();
      };
      return policy;
    },
  };
}

/** A device that does nothing, and so is faster than anything that does. */
function instant(name: RuntimeName): DeviceBackend {
  const device = kernelsDevice(name);
  return {
    ...device,
    createPolicy(specification) {
      const policy = device.createPolicy(specification);
      policy.forward = () => undefined;
      policy.backward = () => undefined;
      policy.step = () => undefined;
      policy.figures = async () => ({
        theta: new Float64Array(0),
        stepNorms: new Float64Array(0),
        gradientNorm: 0,
      });
      return policy;
    },
  };
}

describe("auto", () => {
  test("is kernels below the stated size, without a look at the rest", async () => {
    const { backends, opened } = installed(temporaryFolder(), {
      tensorflow: async () => instant("tensorflow"),
    });
    const small = { ...wide, hidden: [128] };
    const chosen = await fastestBackend(backends, { specification: small, steps: 500, isActed: true });
    expect(898 * 500).toBeLessThan(smallestMeasured);
    expect(chosen).toMatchObject({ name: "kernels", opened: undefined });
    expect(chosen.reason).toBe("auto: fastest for 898 parameters and 500 steps an update");
    expect(opened).toEqual([]);
  });

  test("is kernels where there is nothing else", async () => {
    const { backends } = installed(temporaryFolder(), {});
    expect(
      await fastestBackend(backends, { specification: wide, steps: steps, isActed: true }),
    ).toMatchObject({
      name: "kernels",
      reason: "auto: the only backend here",
    });
  });

  test("takes the fastest of what is here, says the figures, and remembers them", async () => {
    const folder = temporaryFolder();
    const doubles = {
      tensorflow: async () => instant("tensorflow"),
      webgpu: async () => slowed("webgpu", 60),
    };
    const first = installed(folder, doubles);
    const chosen = await fastestBackend(first.backends, { specification: wide, steps: steps, isActed: true });
    expect(chosen.name).toBe("tensorflow");
    expect(chosen.reason).toMatch(
      /^auto: fastest for 1,794 parameters and 2,000 steps an update \(measured: tensorflow .* ms, kernels .* ms, webgpu .* ms\)$/,
    );
    expect(first.opened).toContain("webgpu");
    const second = installed(folder, doubles);
    const again = await fastestBackend(second.backends, { specification: wide, steps: steps, isActed: true });
    expect(again.name).toBe("tensorflow");
    expect(again.reason).toContain("as measured before");
    expect(second.opened).toEqual(["tensorflow"]);
    const other = installed(folder, doubles);
    await fastestBackend(other.backends, { specification: wide, steps: steps + 1, isActed: true });
    expect(other.opened).toContain("webgpu");
  });

  test("stays with kernels where the devices are slower, or do not open", async () => {
    const { backends } = installed(temporaryFolder(), {
      tensorflow: async () => slowed("tensorflow", 60),
      webgpu: () => Promise.reject(new Error("no adapter")),
    });
    const chosen = await fastestBackend(backends, { specification: wide, steps: steps, isActed: true });
    expect(chosen.name).toBe("kernels");
    expect(chosen.reason).toMatch(/; webgpu does not open\)$/);
  });
});

describe("what is remembered", () => {
  test.for([
    ["is no JSON", "{"],
    ["has another form", JSON.stringify({ format: 1, times: { a: { kernels: -1 } } })],
    ["has another format", JSON.stringify({ format: 2, times: {} })],
    [
      "is longer than any of ours",
      JSON.stringify({ format: 1, times: { ["a".repeat(2 ** 20)]: { kernels: 1 } } }),
    ],
  ])("counts as empty where the file %s, and is written anew", ([, text]) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "update-times.json"), text!);
    const file = new UpdateTimesFile(folder);
    expect(file.get("a")).toBeUndefined();
    expect(file.set("a", { kernels: 2 })).toBe(true);
    expect(file.get("a")).toEqual({ kernels: 2 });
  });

  test("stays small: the oldest go", () => {
    const folder = temporaryFolder();
    const file = new UpdateTimesFile(folder);
    for (let key = 0; key < 230; key++) file.set(`key ${key}`, { kernels: key });
    expect(file.get("key 29")).toBeUndefined();
    expect(file.get("key 30")).toEqual({ kernels: 30 });
    expect(readFileSync(join(folder, "update-times.json"), "utf8").length).toBeLessThan(20_000);
  });

  test("is nothing where the folder cannot be written", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "taken"), "");
    expect(new UpdateTimesFile(join(folder, "taken")).set("a", { kernels: 1 })).toBe(false);
  });
});

describe("a pinned backend", () => {
  test("that is missing is named with the command that brings it", async () => {
    const backends = new Backends({ folders: [temporaryFolder()] });
    await expect(pinnedBackend(backends, "webgpu")).rejects.toMatchObject({
      code: "backend_missing",
      line: "The backend webgpu cannot be used: WebGPU is not installed. Run pgi doctor --install webgpu, or train with --backend kernels.",
    });
  });

  test.for([
    ["tensorflow", "tfjs_binding.node", "no binary", /damaged|another platform/],
    [
      "tensorflow",
      "tfjs_binding.node",
      `\x7fELF${"\0".repeat(100)}`,
      /damaged|another platform|cannot be used/,
    ],
    [
      "webgpu",
      "index.js",
      "export const create = () => ({ requestAdapter: async () => null }); export const globals = {};",
      /no graphics driver offers a device/,
    ],
    [
      "webgpu",
      "index.js",
      "throw new Error('dawn.node: cannot open shared object file');",
      /a library that it needs is not there/,
    ],
  ] as const)("whose %s is broken is one line (%s: %#)", async ([name, file, content, words]) => {
    const folder = join(temporaryFolder(), "runtime");
    mkdirSync(folder);
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    const entry = join(folder, file);
    writeFileSync(entry, content);
    const failure = await openDevice(runtime(name, entry)).catch((error) => error);
    expect(failure).toMatchObject({
      name: "UserError",
      code: expect.stringMatching(/^(backend|no_device)$/),
    });
    expect(failure.line).toMatch(words);
    expect(failure.line).toContain(entry);
    expect(failure.line).not.toContain("\n");
    expect(failure.line).toMatch(/--backend kernels/);
  });
});
