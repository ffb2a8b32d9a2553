#!/usr/bin/env node
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const oldest = [22, 13];

/** node:sqlite came in Node 22.13. */
function isNewEnough(/** @type {string} */ version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

/**
 * The Node of the npm package `node` in a node_modules folder here or above.
 * @param {string} folder
 * @returns {string | undefined}
 */
function nodeBeside(folder) {
  const name = process.platform === "win32" ? "node.exe" : "node";
  const candidate = join(folder, "node_modules", "node", "bin", name);
  if (existsSync(candidate)) return candidate;
  const parent = dirname(folder);
  return parent === folder ? undefined : nodeBeside(parent);
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

function dieOf(/** @type {NodeJS.Signals} */ signal) {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/** Runs this file again under another Node, as if it had been started with it: same terminal, signals, exit code. */
function runUnder(/** @type {string} */ node) {
  const args = [fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const child = spawn(node, args, { stdio: ["inherit", "inherit", "inherit", "ipc"] });
  passSignals(child);
  child.on("error", (error) => {
    process.stderr.write(`pgi: ${node} does not start: ${error.message}\n`);
    process.exitCode = 2;
  });
  child.on("exit", (code, signal) => {
    if (signal) dieOf(signal);
    else process.exitCode = code ?? 1;
  });
}

/** A killed launcher takes this process with it; a kill of one would otherwise leave the other training. */
function endWithLauncher() {
  if (!process.channel) return;
  process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
  process.channel.unref();
}

const here = dirname(fileURLToPath(import.meta.url));
if (isNewEnough(process.versions.node)) {
  endWithLauncher();
  await import(new URL("pgi.js", import.meta.url).href);
} else {
  const node = nodeBeside(here);
  if (node) runUnder(node);
  else {
    process.stderr.write(
      `pgi: Node ${process.versions.node} is too old: ${oldest.join(".")} or newer is needed (or run \`npm run setup\`).\n`,
    );
    process.exitCode = 2;
  }
}
