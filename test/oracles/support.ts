import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** A number in an oracle's JSON; NaN and the infinities are strings there. */
export type Plain = number | "NaN" | "Infinity" | "-Infinity";

const seed = Number(process.env.ORACLE_SEED ?? 20_260);

/**
 * What a program of test/oracles/python prints for a seed: fixed, or ORACLE_SEED to look at other cases.
 * Throws where ORACLE_PYTHON is not set, which `npm run test:oracles` does.
 */
export function askOracle<T>(program: string, count: number, ...more: readonly string[]): T {
  const script = join(import.meta.dirname, "python", `${program}.py`);
  return JSON.parse(runPython(script, String(seed), String(count), ...more));
}

/** What a Python script prints, run by the oracles' Python. Throws where it fails. */
export function runPython(script: string, ...words: readonly string[]): string {
  const python = process.env.ORACLE_PYTHON;
  if (!python) throw new Error("ORACLE_PYTHON is not set: run these tests by `npm run test:oracles`");
  return execFileSync(python, [script, ...words], {
    encoding: "utf8",
    maxBuffer: 2 ** 30,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
  });
}

/** What a script of an update printed: for each number its norm here, as recorded, and their relative difference. */
export interface ScriptRun {
  readonly code: number | string;
  readonly lines: ReadonlyMap<
    string,
    { readonly here: number; readonly recorded: number; readonly difference: number }
  >;
}

/** Runs scripts of updates, all in one process of the oracles' Python. */
export function runScripts(files: readonly string[]): readonly ScriptRun[] {
  const ran = askOracle<{ code: number | string; output: string }[]>("run_scripts", 0, ...files);
  return ran.map(({ code, output }) => {
    const lines = output.trim().split("\n").slice(1);
    return {
      code,
      lines: new Map(
        lines.map((line) => {
          const [name = "", here, recorded, difference] = line.trim().split(/\s+/);
          return [name, { here: Number(here), recorded: Number(recorded), difference: Number(difference) }];
        }),
      ),
    };
  });
}

/** Runs training scripts that write the trace named by their first word; the errors of those that failed. */
export function runTrainers(
  trainers: readonly { readonly script: string; readonly trace: string }[],
): readonly string[] {
  return askOracle("run_trainers", 0, ...trainers.flatMap(({ script, trace }) => [script, trace]));
}

/** |a − b| ≤ 1e−12 + 1e−9·max(|a|, |b|, 1e−3); NaN equals NaN, and an infinity itself. */
export function isClose(a: number, b: number): boolean {
  if (Object.is(a, b) || a === b) return true;
  return Math.abs(a - b) <= 1e-12 + 1e-9 * Math.max(Math.abs(a), Math.abs(b), 1e-3);
}

/** The numbers of nested lists, in order. */
export function flat(value: unknown): number[] {
  return Array.isArray(value) ? value.flatMap(flat) : [Number(value)];
}

/** Where two lists of numbers differ, for a message; empty where they do not. */
export function differences(name: string, actual: Iterable<number>, expected: unknown): string[] {
  const a = [...actual];
  const b = flat(expected);
  if (a.length !== b.length) return [`${name}: ${a.length} numbers, not ${b.length}`];
  return a.flatMap((value, index) =>
    isClose(value, b[index]!) ? [] : [`${name}[${index}]: ${value}, not ${b[index]}`],
  );
}
