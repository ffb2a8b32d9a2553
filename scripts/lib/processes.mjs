import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cache, pinnedNode, root } from "./paths.mjs";
import { SetUpError } from "./stage.mjs";

/**
 * Runs a program to its end and keeps what it said.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnOptions} [options]
 * @returns {Promise<{ code: number, output: string }>} code is 127 where the program is missing
 */
export function capture(program, args, options = {}) {
  return new Promise((resolve) => {
    let output = "";
    const child = spawn(program, args, { cwd: root, ...options, stdio: ["ignore", "pipe", "pipe"] });
    const keep = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString();
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    child.on("error", (error) => resolve({ code: 127, output: `${output}${error.message}` }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * Like {@link capture}, but a failure becomes one line with the program's own reason and the place of its full output.
 * @param {string} name names the log file `.cache/logs/NAME.log`
 * @param {string} program
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnOptions} [options]
 */
export async function mustRun(name, program, args, options = {}) {
  const { code, output } = await capture(program, args, options);
  if (code === 0) return output;
  const log = join(cache, "logs", `${name}.log`);
  mkdirSync(join(cache, "logs"), { recursive: true });
  writeFileSync(log, output);
  const words = args.filter((argument) => !argument.startsWith("-")).slice(0, 2);
  throw new SetUpError(
    `${name}: \`${[program, ...words].join(" ")}\` ${code === 127 ? "could not be started" : `ended with ${code}`}: ${reason(output)} (all of it: ${log})`,
  );
}

/** The line of a program's output that most likely says why it failed. */
function reason(/** @type {string} */ output) {
  const lines = output.split("\n").filter((line) => line.trim() && !/npm (warn|notice)/i.test(line));
  const telling = lines.filter(
    (line) => /error|ENOENT|not found/i.test(line) && !/A complete log/.test(line),
  );
  return (telling.length > 0 ? telling.slice(0, 2) : lines.slice(-1)).join(" ").trim() || "no output";
}

/**
 * The environment for npm itself: the system's Node, because npm replaces the one in node_modules.
 * @returns {NodeJS.ProcessEnv}
 */
export function systemEnvironment() {
  const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  // npm run names the folder it runs in, which would win over the one that npm is started in.
  const kept = Object.entries(process.env).filter(([name]) => name !== "npm_config_local_prefix");
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter) };
}

/**
 * Runs npm with the system's Node.
 * @param {string} name as in {@link mustRun}
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnOptions} [options]
 */
export function npm(name, args, options = {}) {
  const shell = process.platform === "win32";
  const patience = ["--loglevel=error", "--fetch-retry-mintimeout=2000", "--fetch-retry-maxtimeout=10000"];
  return mustRun(name, "npm", [...args, ...patience], { env: systemEnvironment(), shell, ...options });
}

/** Ctrl-C in a terminal reaches both processes by itself; any other signal, and SIGINT without a terminal, only this one. */
function passSignals(/** @type {import("node:child_process").ChildProcess} */ child) {
  const inTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  process.on("SIGINT", () => {
    if (!inTerminal) child.kill("SIGINT");
  });
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGHUP", () => child.kill("SIGHUP"));
}

/**
 * Runs a script under the pinned Node with this terminal, and passes signals on; the script's exit code is the result.
 * @param {readonly string[]} args the script and its arguments
 * @returns {Promise<number>}
 */
export function underPinnedNode(args) {
  const child = spawn(pinnedNode, args, { cwd: root, stdio: "inherit" });
  passSignals(child);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 1)));
  });
}
