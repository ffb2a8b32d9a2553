import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cache, root } from "../../scripts/lib/paths.mjs";
import { askOracle, differences, flat, type Plain } from "./support.ts";

interface Case {
  readonly id: string;
  readonly data: string;
  readonly expr: string;
  readonly value: Plain | readonly Plain[];
  readonly grad: Readonly<Record<string, readonly Plain[]>>;
}

interface File {
  readonly data: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>>;
  readonly cases: readonly Case[];
}

interface Line {
  readonly case?: string;
  readonly computed?: Pick<Case, "value" | "grad">;
  readonly error?: string;
  readonly skipped?: string;
}

const file = askOracle<File>("expressions", 3000);
const lines = conform(file);

/** What `pgi conform FILE --json` says, by case. Its exit code is not looked at: the numbers are compared here. */
function conform(content: File): ReadonlyMap<string, Line> {
  const folder = join(cache, "test-results");
  const path = join(folder, "expressions.json");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, JSON.stringify(content));
  const output = outputOf([join(root, "dist", "cli.js"), "conform", path, "--json"]);
  const parsed: Line[] = output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  return new Map(parsed.flatMap((line) => (line.case === undefined ? [] : [[line.case, line]])));
}

function outputOf(args: readonly string[]): string {
  try {
    return execFileSync(process.execPath, args, { encoding: "utf8", maxBuffer: 2 ** 30 });
  } catch (error) {
    const { status, stdout } = error as { status?: number; stdout?: string };
    if (status === 1 && stdout) return stdout;
    throw error;
  }
}

/** A vector that nothing reaches may be absent on either side: its gradient is 0. */
function gradientDifferences(one: Case, computed: Pick<Case, "grad">): string[] {
  return Object.entries(file.data[one.data]!).flatMap(([name, values]) => {
    const zeros = values.map(() => 0);
    return differences(`grad ${name}`, flat(computed.grad[name] ?? zeros), one.grad[name] ?? zeros);
  });
}

describe("a random loss has torch's value and gradients", () => {
  test.each(file.cases.map((one) => [one.id, one.expr, one] as const))("%s: %s", (id, _, one) => {
    const line = lines.get(id);
    expect(line?.error ?? line?.skipped).toBeUndefined();
    const computed = line!.computed!;
    expect([
      ...differences("value", flat(computed.value), one.value),
      ...gradientDifferences(one, computed),
    ]).toEqual([]);
  });
});
