import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { aptInstall, onPath } from "../lib/debian.ts";
import { cache, pinnedNode } from "../lib/paths.mjs";
import { npm, systemEnvironment } from "../lib/processes.mjs";
import { stage } from "../lib/stage.mjs";

/** Version of the npm package code-server, which holds VS Code 1.139.1 for the browser. */
const version = "4.139.1";

/** Native modules that the server and the extension host load; sqlite3 (a minute of compiling) is for the agent host only. */
const natives = [
  "@vscode/spdlog",
  "@vscode/native-watchdog",
  "@vscode/fs-copyfile",
  "@vscode/deviceid",
  "@parcel/watcher",
  "node-pty",
];

const home = join(cache, `vscode-${version}`);

function serverFolder(folder: string): string {
  return join(folder, "node_modules", "code-server", "lib", "vscode");
}

/** Whether VS Code for the browser is in the cache. */
export function isInstalled(): boolean {
  return existsSync(join(serverFolder(home), "out", "server-main.js"));
}

/**
 * The folder of VS Code's server, fetched from npm once (about 640 MB on disk, a minute) and kept in the cache.
 * Built under a temporary name and renamed when done, so that an interrupted fetch leaves nothing half made.
 */
export async function ensureVSCode(): Promise<string> {
  if (!isInstalled()) await install();
  return serverFolder(home);
}

async function install(): Promise<void> {
  await ensureCompilers();
  const folder = `${home}.${process.pid}`;
  mkdirSync(folder, { recursive: true });
  try {
    await fetchInto(folder);
    renameSync(folder, home);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function ensureCompilers(): Promise<void> {
  const missing = Object.entries({ "g++": "g++", make: "make", python3: "python3" })
    .filter(([program]) => !onPath([program]))
    .map(([, debianPackage]) => debianPackage);
  if (missing.length > 0) await aptInstall(missing, `${missing.join(", ")}, to compile parts of VS Code`);
}

async function fetchInto(folder: string): Promise<void> {
  const server = serverFolder(folder);
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const quietly = ["--ignore-scripts", "--no-audit", "--no-fund"];
  await stage("VS Code for the browser (190 MB, once)", () =>
    npm("vscode", ["install", ...quietly, `code-server@${version}`], { cwd: folder }),
  );
  await stage("VS Code: its packages", async () => {
    await npm("vscode-packages", ["install", "--omit=dev", ...quietly], { cwd: server });
    await npm("vscode-extensions", ["install", "--omit=dev", ...quietly], {
      cwd: join(server, "extensions"),
    });
  });
  await stage("VS Code: its native parts", () =>
    npm("vscode-natives", ["rebuild", "--ignore-scripts=false", ...natives], {
      cwd: server,
      env: pinnedEnvironment(),
    }),
  );
}

/** npm under the pinned Node, which VS Code's scripts ask for. */
function pinnedEnvironment(): NodeJS.ProcessEnv {
  const environment = systemEnvironment();
  return { ...environment, PATH: `${dirname(pinnedNode)}${delimiter}${environment.PATH}` };
}
