import { execFileSync } from "node:child_process";
import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The oracles' Python: that of ORACLE_PYTHON, or where `npm run test:oracles` has made it; undefined elsewhere. */
export function oraclesPython(): string | undefined {
  return (
    process.env.ORACLE_PYTHON ??
    globSync(".cache/oracles-*/bin/python", { cwd: root }).map((path) => root + path)[0]
  );
}

/** Runs a peer and returns the object it prints last. */
export function runPeer(python: string, script: string, ...words: string[]): Record<string, number | string> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const printed = execFileSync(python, [path, ...words], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(printed.trim().split("\n").at(-1) ?? "{}") as Record<string, number | string>;
}
