import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readTrace } from "../../src/runs/trace/readTrace.ts";
import { sharedFolder } from "../util/temporaryFolder.ts";

const folder = sharedFolder();
const pathOf = (name: string) => join(folder, `${name}.pgtrace`);

/** What a trainer in trouble said, by lines, and whether it came to its end. */
function trained(name: string) {
  const script = join(import.meta.dirname, "python", "recorder_trouble.py");
  const { stdout, stderr, status } = spawnSync(process.env.ORACLE_PYTHON!, [script, name, pathOf(name)], {
    encoding: "utf8",
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
    timeout: 120_000,
  });
  return { isDone: stdout === "trained\n", status, lines: stderr.split("\n").filter((line) => line !== "") };
}

const updatesIn = (path: string) => readTrace(path).updates.length;

describe("a recorder in trouble", () => {
  test.each(["full_disk", "thread_full_disk"])(
    "a full disk is one line and does not end the training (%s)",
    (name) => {
      const { isDone, lines } = trained(name);
      expect(isDone).toBe(true);
      expect(lines[0]).toMatch(
        /^pgtrace: \/dev\/full: No space left on device \(.*trouble\.py:\d+\); the trace ends here/,
      );
      for (const line of lines.slice(1))
        expect(line).toContain("the trace ended early: No space left on device");
    },
  );

  test("a file that may not grow holds whole lines, and no torn one", () => {
    const { isDone, lines } = trained("file_limit");
    expect(isDone).toBe(true);
    expect(lines[0]).toContain("File too large");
    const text = readFileSync(pathOf("file_limit"), "utf8");
    expect(text.length).toBeGreaterThan(10_000);
    expect(text.endsWith("}\n")).toBe(true);
    expect(readTrace(pathOf("file_limit")).notes).toEqual([]);
  });

  test("a folder that is not there is told before the training", () => {
    const { status, lines } = trained("missing_folder");
    expect(status).toBe(1);
    expect(lines.at(-1)).toMatch(/cannot be written \(No such file or directory\); give a path/);
  });

  test("a file that is no trace is refused and left as it is", () => {
    const { lines } = trained("no_trace");
    expect(lines.at(-1)).toContain("is there and is no trace; it was left as it is: give another path");
    expect(readFileSync(pathOf("no_trace"), "utf8")).toBe("print('my script')\n");
  });

  test("an earlier trace of the name is put aside, with a word", () => {
    const { isDone, lines } = trained("again");
    expect(isDone).toBe(true);
    expect(lines).toEqual([`pgtrace: ${pathOf("again")} was there: it is now ${pathOf("again")}.previous`]);
    expect(updatesIn(pathOf("again"))).toBe(3);
    expect(updatesIn(`${pathOf("again")}.previous`)).toBe(2);
  });

  test("two recorders of one path write two files", () => {
    const { isDone, lines } = trained("two_at_once");
    expect(isDone).toBe(true);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("this one writes");
    for (const path of [pathOf("two_at_once"), pathOf("two_at_once.2")]) expect(updatesIn(path)).toBe(40);
  });

  test("forked workers record nothing, say so, and do not hold up the close", () => {
    const { isDone, lines } = trained("fork");
    expect(isDone).toBe(true);
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toContain("call pgtrace.open there");
    expect(updatesIn(pathOf("fork"))).toBe(4);
  });

  test("exceptions that signals raise in the middle of it tear nothing", () => {
    const { isDone, lines } = trained("interrupts");
    expect(lines).toEqual([]);
    expect(isDone).toBe(true);
    for (const line of readFileSync(pathOf("interrupts"), "utf8").trimEnd().split("\n")) JSON.parse(line);
  });

  test("a writer that is killed is one line and does not end the training", () => {
    const { isDone, lines } = trained("writer_killed");
    expect(isDone).toBe(true);
    expect(lines[0]).toContain("the process that writes it was ended from outside");
    expect(updatesIn(pathOf("writer_killed"))).toBeGreaterThanOrEqual(2);
  });

  test("a thread writes the same where no process can be started", () => {
    expect(trained("in_thread").lines).toEqual([]);
    expect(updatesIn(pathOf("in_thread"))).toBe(100);
  });

  test("a field that cannot be recorded is left out and told once", () => {
    const { isDone, lines } = trained("unknown_field");
    expect(isDone).toBe(true);
    expect(lines.map((line) => line.replace(/^pgtrace: \S+: /, ""))).toEqual([
      "config is left out: numbers, lists and arrays are recorded; this is of type object",
      "mask is left out: numbers, lists and arrays are recorded; this is of type complex",
      "other is left out: numbers, lists and arrays are recorded; this is of type object",
    ]);
    expect(updatesIn(pathOf("unknown_field"))).toBe(3);
    expect(readTrace(pathOf("unknown_field")).header).toMatchObject({ seed: 3 });
  });

  test.each([
    ["wrong_call", "missing 1 required keyword-only argument: 'action'"],
    ["wrong_shape", "a rollout's flags have 4 entries, reward has 6; time comes first"],
  ])(
    "a call that is wrong is one line with its place and does not end the training (%s)",
    (name, problem) => {
      const { isDone, lines } = trained(name);
      expect(isDone).toBe(true);
      expect(lines[0]).toContain(problem);
      expect(lines[0]).toMatch(/recorder_trouble\.py:\d+\)/);
    },
  );

  test.each(["not_closed", "dropped", "raises"])("nothing is lost where nobody closes it (%s)", (name) => {
    const { isDone } = trained(name);
    expect(isDone).toBe(name !== "raises");
    expect(updatesIn(pathOf(name))).toBe(3);
  });

  test("a trainer without stderr is not disturbed", () => {
    expect(trained("no_stderr")).toMatchObject({ isDone: true, lines: [] });
    expect(existsSync(pathOf("no_stderr"))).toBe(true);
  });
});
