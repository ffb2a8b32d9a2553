import { execFile } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { availableBackends } from "../../engine/backends/list.ts";
import { programVersion } from "../../engine/version.ts";
import type { CommandRecord } from "../command.ts";
import { jsonLine, textTable } from "../output.ts";

interface Finding {
  readonly part: string;
  readonly state: "ok" | "absent" | "wrong";
  readonly detail: string;
  /** What would mend it. */
  readonly mend: string;
}

export const doctorCommand: CommandRecord = {
  name: "doctor",
  usage: "[--json]",
  summary: "what is here to train with, what is missing, and what mends it",
  positionals: [0, 0],
  options: { json: { help: "JSON Lines, one object a part" } },
  async run(parsed, console) {
    const findings = await examine();
    if (parsed.flag("json")) {
      for (const finding of findings) console.out(jsonLine(finding));
    } else {
      const rows = findings.map(({ part, state, detail, mend }) => [part, state, detail, mend]);
      console.out(textTable([["part", "", "found", "what mends it"], ...rows], new Set([0, 1, 2, 3])));
    }
    return findings.some(({ state }) => state === "wrong") ? 1 : 0;
  },
};

async function examine(): Promise<Finding[]> {
  const backends = availableBackends().map(
    ({ name, device, precision, detail }): Finding => ({
      part: `backend ${name}`,
      state: "ok",
      detail: `${precision} on ${device}: ${detail}`,
      mend: "",
    }),
  );
  return [
    { part: "pgi", state: "ok", detail: programVersion, mend: "" },
    nodeFinding(),
    ...backends,
    await programFinding(
      "Python",
      "python3",
      ["--version"],
      "only for live oracles: install Python 3.10 or newer",
    ),
    await programFinding(
      "VS Code",
      "code",
      ["--version"],
      "npm start brings a browser build where there is none",
    ),
  ];
}

function nodeFinding(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isNew = major > 22 || (major === 22 && minor >= 13);
  return {
    part: "Node",
    state: isNew ? "ok" : "wrong",
    detail: `${process.version} (${process.execPath})`,
    mend: isNew ? "" : "npm run setup installs Node 24 beside the project",
  };
}

async function programFinding(
  part: string,
  program: string,
  words: string[],
  mend: string,
): Promise<Finding> {
  const path = onPath(program);
  if (path === undefined) return { part, state: "absent", detail: `no ${program} on the PATH`, mend };
  const version = await firstLine(path, words);
  return version === undefined
    ? { part, state: "absent", detail: `${path} does not answer`, mend }
    : { part, state: "ok", detail: `${version} (${path})`, mend: "" };
}

function onPath(program: string): string | undefined {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path) && isExecutable(path));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function firstLine(path: string, words: string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(path, words, { timeout: 5000 }, (error, stdout) => {
      resolve(error ? undefined : stdout.trim().split("\n")[0]);
    });
  });
}
