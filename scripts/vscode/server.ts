import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pinnedNode } from "../lib/paths.mjs";
import { SetUpError } from "../lib/stage.mjs";
import { ensureVSCode } from "./install.ts";

/** How to start VS Code's server. It listens on 127.0.0.1 only. */
export interface ServerOptions {
  /** Holds its settings, state and logs (`data/User/settings.json`); made where missing. */
  readonly dataFolder: string;
  /** Holds the extensions it loads; made where missing. */
  readonly extensionsFolder: string;
  /** A free one where 0 or absent. */
  readonly port?: number;
  /** `none` leaves the page open to every program of this machine: for tests only. */
  readonly token?: "random" | "none";
  /** Whether folders are trusted unasked. */
  readonly trust?: "asked" | "given";
  /** Lets a page's address load an extension under development and its tests. */
  readonly smokeTestDriver?: boolean;
  /** Environment variables beside this process's own; undefined removes one. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A running server. */
export interface Server {
  readonly port: number;
  readonly token: string | undefined;
  /** The page's address with a folder opened, token included. */
  urlFor(folder: string, query?: Readonly<Record<string, string>>): string;
  /** Ends the server and everything it started. */
  stop(): Promise<void>;
  /** Fulfilled when the server has ended, by itself or not. */
  readonly ended: Promise<void>;
}

/** Starts VS Code's server, fetching it first where it is missing, and waits until it listens. */
export async function launchServer(options: ServerOptions): Promise<Server> {
  const vscode = await ensureVSCode();
  const token = options.token === "none" ? undefined : randomBytes(20).toString("hex");
  for (const folder of [options.dataFolder, options.extensionsFolder]) mkdirSync(folder, { recursive: true });
  const child = spawn(pinnedNode, ["out/server-main.js", ...flags(options, token)], {
    cwd: vscode,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...options.env },
  });
  const killWithUs = () => signalGroup(child, "SIGKILL");
  process.once("exit", killWithUs);
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  void ended.then(() => process.off("exit", killWithUs));
  const port = await listening(child);
  return { port, token, ended, stop: () => stop(child, ended), urlFor: addresses(port, token) };
}

function flags(options: ServerOptions, token: string | undefined): string[] {
  return [
    ...["--host", "127.0.0.1", "--port", String(options.port ?? 0)],
    ...["--server-data-dir", options.dataFolder, "--extensions-dir", options.extensionsFolder],
    ...(token ? ["--connection-token-file", tokenFile(options, token)] : ["--without-connection-token"]),
    ...["--accept-server-license-terms", "--disable-telemetry"],
    ...(options.trust === "given" ? ["--disable-workspace-trust"] : []),
    ...(options.smokeTestDriver ? ["--enable-smoke-test-driver"] : []),
  ];
}

/** A token on the command line could be read by every user of the machine. */
function tokenFile({ dataFolder }: ServerOptions, token: string): string {
  const file = join(dataFolder, "connection-token");
  writeFileSync(file, token, { mode: 0o600 });
  return file;
}

/** Waits for the line that names the port; what the server said instead is the error. */
function listening(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = "";
    const read = (chunk: Buffer) => {
      said += chunk.toString();
      const port = /Web UI available at http:\/\/[^:]+:(\d+)/.exec(said)?.[1];
      if (port) resolve(Number(port));
    };
    child.stdout!.on("data", read);
    child.stderr!.on("data", read);
    child.once("error", reject);
    child.once("close", (code) => {
      const last = said.trim().split("\n").slice(-3).join(" ");
      reject(new SetUpError(`VS Code's server ended with ${code}: ${last}`));
    });
  });
}

function addresses(port: number, token: string | undefined): Server["urlFor"] {
  return (folder, query = {}) => {
    const parameters = new URLSearchParams({ ...(token ? { tkn: token } : {}), folder, ...query });
    return `http://localhost:${port}/?${parameters}`;
  };
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  signalGroup(child, "SIGTERM");
  const force = setTimeout(() => signalGroup(child, "SIGKILL"), 3_000);
  await ended;
  clearTimeout(force);
  signalGroup(child, "SIGKILL");
}

/** The server leads its own process group, which its extension hosts and what they start are in. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid!, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
