import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { InstallProgress, InstallWork } from "../../../../src/engine/runtimes/work.ts";
import { zipFile } from "../../../util/zipFile.ts";

/** A machine with nothing on its PATH but what is put there. */
export interface FakeMachine {
  readonly root: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Every step that was reported. */
  readonly steps: string[];
  readonly controller: AbortController;
  readonly work: InstallWork;
  /** Puts a shell script on the PATH. */
  program(name: string, script: string): string;
}

export function fakeMachine(root: string, onReport?: (progress: InstallProgress) => void): FakeMachine {
  const bin = join(root, "bin");
  mkdirSync(bin, { recursive: true });
  const environment = { PATH: bin, HOME: join(root, "home") };
  const steps: string[] = [];
  const controller = new AbortController();
  const report = (progress: InstallProgress) => {
    if (steps.at(-1) !== progress.step) steps.push(progress.step);
    onReport?.(progress);
  };
  const program = (name: string, script: string) => {
    const path = join(bin, name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const work = { environment, report, signal: controller.signal, pythons: [] };
  return { root, environment, steps, controller, work, program };
}

/** The first bytes of a shared library for a processor: 0x3e is x86-64, 0xb7 aarch64, 0xf3 RISC-V. */
export function elf(processor: number): Buffer {
  const head = Buffer.alloc(64);
  head.write("\x7fELF\x02\x01\x01", 0, "latin1");
  head.writeUInt16LE(3, 16);
  head.writeUInt16LE(processor, 18);
  return head;
}

export const ourProcessor = process.arch === "arm64" ? 0xb7 : 0x3e;

/** A wheel with what is taken of TensorFlow's: libraries that are nothing but their head, and one header. */
export function fakeWheel(processor = ourProcessor): Buffer {
  return zipFile([
    { name: "tensorflow/libtensorflow_cc.so.2", content: elf(processor) },
    { name: "tensorflow/libtensorflow_framework.so.2", content: elf(processor) },
    { name: "tensorflow/include/tensorflow/c/c_api.h", content: "#error a fake\n" },
    { name: "tensorflow/python/not_wanted.py", content: "print()\n" },
    { name: "tensorflow-2.21.0.dist-info/METADATA", content: "Name: tensorflow\n" },
  ]);
}

/** Makes a Python on the machine's PATH whose pip reports one wheel at `url`, and cannot download it itself. */
export function pythonWithWheel(machine: FakeMachine, url: string, wheel: Buffer): void {
  const sha256 = createHash("sha256").update(wheel).digest("hex");
  const report = join(machine.root, "report.json");
  const download_info = { url, archive_info: { hashes: { sha256 } } };
  const install = [{ download_info, metadata: { name: "tensorflow-cpu", version: "2.21.0" } }];
  writeFileSync(report, JSON.stringify({ version: "1", install }));
  machine.program(
    "python3",
    `case "$*" in
*--version) echo "pip 25.0" ;;
*" --dry-run "*) /bin/cat "${report}" ;;
*) echo "ERROR: Could not find a version (Connection refused)" >&2; exit 1 ;;
esac`,
  );
}
