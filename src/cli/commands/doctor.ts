import { tmpdir } from "node:os";
import { isAbsolute, resolve } from "node:path";
import { examine } from "../../engine/doctor/examine.ts";
import { installedLine, installRuntime } from "../../engine/runtimes/installRuntime.ts";
import { runtimePlaces } from "../../engine/runtimes/places.ts";
import {
  type PresentRuntime,
  type RuntimeName,
  type RuntimePlaces,
  runtimeNames,
} from "../../engine/runtimes/runtime.ts";
import { UserError } from "../../engine/userError.ts";
import type { CommandRecord, Parsed } from "../command.ts";
import { doctorTable } from "../doctorTable.ts";
import { InstallLine } from "../installLine.ts";
import { type Console, type ExitCode, jsonLine } from "../output.ts";

export const doctorCommand: CommandRecord = {
  name: "doctor",
  usage: "[--json] [--install NAME [--libraries FOLDER]]",
  summary: "what is here to train with, what is missing, and what mends it",
  details: `
--install brings a backend's library into your own data folder, or the folder that PGI_RUNTIMES names: TensorFlow from a
Python environment that has it, else by pip; WebGPU by npm. Ctrl-C leaves nothing behind.`,
  positionals: [0, 0],
  options: {
    json: { help: "JSON Lines, one object a part" },
    install: { value: "NAME", help: "install tensorflow or webgpu, and prove that it computes" },
    libraries: { value: "FOLDER", help: "for --install tensorflow: a folder with its libraries" },
  },
  async run(parsed, console) {
    const places = readPlaces(parsed);
    const name = parsed.text("install");
    return name === undefined
      ? report(places, parsed.flag("json"), console)
      : install(requireRuntimeName(name), places, parsed.flag("json"), console);
  },
};

function readPlaces(parsed: Parsed): RuntimePlaces {
  const places = runtimePlaces(process.env);
  const libraries = parsed.text("libraries");
  if (libraries === undefined) return places;
  if (parsed.text("install") !== "tensorflow") {
    throw new UserError("usage", "--libraries goes with --install tensorflow.");
  }
  return { ...places, libraryFolder: isAbsolute(libraries) ? libraries : resolve(libraries) };
}

function requireRuntimeName(name: string): RuntimeName {
  const found = runtimeNames.find((candidate) => candidate === name);
  if (found !== undefined) return found;
  throw new UserError("usage", `--install takes ${runtimeNames.join(" or ")}, not "${name}".`);
}

async function report(runtimes: RuntimePlaces, isJson: boolean, console: Console): Promise<ExitCode> {
  const found = await examine({ runtimes, environment: process.env, pythons: [], folder: tmpdir() });
  const parts = [...found.backends, ...found.programs];
  if (isJson) {
    console.out(jsonLine({ part: "pgi", version: found.version }));
    for (const part of found.backends) console.out(jsonLine({ part: "backend", ...part }));
    for (const part of found.programs) console.out(jsonLine({ part: "program", ...part }));
  } else console.out(doctorTable(found));
  return parts.some(({ state }) => state === "wrong") ? 1 : 0;
}

async function install(
  name: RuntimeName,
  places: RuntimePlaces,
  isJson: boolean,
  console: Console,
): Promise<ExitCode> {
  const controller = new AbortController();
  const cancel = () => controller.abort();
  process.once("SIGINT", cancel).once("SIGTERM", cancel);
  const line = new InstallLine(console, isJson);
  let found: PresentRuntime;
  try {
    found = await installRuntime(name, places, {
      signal: controller.signal,
      environment: process.env,
      pythons: [],
      report: (progress) => line.update(progress),
    });
  } finally {
    line.end();
    process.off("SIGINT", cancel).off("SIGTERM", cancel);
  }
  console.out(isJson ? jsonLine(found) : `${installedLine(found)}\n`);
  return 0;
}
