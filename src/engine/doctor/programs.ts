import type { ProgramFinding } from "../../protocol/doctor.ts";
import { lastLine, onPath, runProgram } from "../runtimes/programs.ts";
import { findInPythons, findPackage, pythonPrograms } from "../runtimes/tensorflow/pythons.ts";

/** Where programs and packages are looked for. */
export interface ProgramPlaces {
  readonly environment: NodeJS.ProcessEnv;
  /** Python programs to look at first, absolute. */
  readonly pythons: readonly string[];
  /** The version of the editor that asks, where one does. */
  readonly editor?: string | undefined;
  /** A folder to run programs in: ours, never a workspace's. */
  readonly folder: string;
}

/** Node, Python, TensorFlow, Gymnasium, VS Code: the last three are looked for and not started. */
export async function examinePrograms(places: ProgramPlaces): Promise<ProgramFinding[]> {
  const { environment, pythons } = places;
  const tensorflow = findInPythons(environment, pythons)[0];
  return [
    node(),
    await python(places),
    packageFinding(
      "TensorFlow",
      tensorflow && { version: tensorflow.version, folder: tensorflow.libraries.folder },
      {
        missing: "in no Python environment",
        mend: "not needed: pgi doctor --install tensorflow brings one",
      },
    ),
    packageFinding("Gymnasium", findPackage("gymnasium", environment, pythons), {
      missing: "in no Python environment",
      mend: "for environments of Gymnasium: pip install gymnasium",
    }),
    await editor(places),
  ];
}

const oldestNode = [22, 13] as const;

function node(): ProgramFinding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isNew = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  const found = { name: "Node", version: process.versions.node, place: process.execPath };
  if (isNew) return { ...found, state: "ok", missing: "", mend: "" };
  const mend = "npm run setup installs Node 24 beside the project";
  return { ...found, state: "wrong", missing: `older than ${oldestNode.join(".")}`, mend };
}

async function python({ environment, pythons, folder }: ProgramPlaces): Promise<ProgramFinding> {
  for (const program of pythonPrograms(environment, pythons)) {
    const { code, output, errors } = await runProgram(program, ["--version"], {
      folder,
      environment,
      timeout: 10_000,
    });
    const version = /^Python (\S+)/.exec(lastLine(output || errors))?.[1];
    if (code === 0 && version) {
      return { name: "Python", state: "ok", version, place: program, missing: "", mend: "" };
    }
  }
  const mend = "install Python 3.10 or newer: it downloads TensorFlow and runs environments of Gymnasium";
  return absent("Python", { missing: "no Python that answers on the PATH", mend });
}

async function editor({ environment, editor: asking, folder }: ProgramPlaces): Promise<ProgramFinding> {
  const found = { name: "VS Code", state: "ok", missing: "", mend: "" } as const;
  if (asking !== undefined) return { ...found, version: asking, place: "this editor" };
  const program = onPath(["code"], environment);
  if (program === undefined) {
    const mend = "npm start brings a browser build where there is none";
    return absent("VS Code", { missing: "no code on the PATH", mend });
  }
  const { code, output } = await runProgram(program, ["--version"], { folder, environment, timeout: 10_000 });
  const version = output.split("\n")[0]?.trim() ?? "";
  if (code === 0 && version !== "") return { ...found, version, place: program };
  return absent("VS Code", { missing: `${program} does not answer`, mend: "install VS Code again" });
}

interface Absence {
  readonly missing: string;
  readonly mend: string;
}

function packageFinding(
  name: string,
  found: { readonly version: string; readonly folder: string } | undefined,
  absence: Absence,
): ProgramFinding {
  if (found === undefined) return absent(name, absence);
  return { name, state: "ok", version: found.version, place: found.folder, missing: "", mend: "" };
}

function absent(name: string, { missing, mend }: Absence): ProgramFinding {
  return { name, state: "absent", version: "", place: "", missing, mend };
}
