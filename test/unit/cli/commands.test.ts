import { beforeEach, describe, expect, test, vi } from "vitest";
import { commands } from "../../../src/cli/commands.ts";
import { jsonLines, pgi } from "../../util/cli.ts";
import { temporaryFolder } from "../../util/temporaryFolder.ts";

describe("every command", () => {
  test.for(commands.map((command) => [command.name, command] as const))(
    "%s explains itself, and names each of its options",
    async ([name, command]) => {
      for (const spelling of ["--help", "-h"]) {
        const { exit, out, error } = await pgi(name, spelling);
        expect([exit, error]).toEqual([0, ""]);
        expect(out).toContain(command.summary);
        expect(out).toContain(`usage: pgi ${name}`);
        for (const [option, { value, help }] of Object.entries(command.options)) {
          expect(out).toContain(value === undefined ? `--${option} ` : `--${option} ${value}`);
          expect(out).toContain(help);
        }
      }
    },
  );

  test.for(commands.map(({ name }) => name))("%s refuses an option it does not have", async (name) => {
    const { exit, out, error } = await pgi(name, "--frobnicate");
    expect([exit, out]).toEqual([2, ""]);
    expect(error).toContain("--frobnicate");
    expect(error.trim().split("\n")).toHaveLength(1);
  });

  test("is listed in the overview with its summary", async () => {
    const { exit, out } = await pgi("--help");
    expect(exit).toBe(0);
    const lines = out.split("\n").map((line) => line.trim().replace(/ +/g, " "));
    for (const { name, summary } of commands) expect(lines).toContain(`${name} ${summary}`);
  });
});

describe("pgi itself", () => {
  test("shows the overview without a command, which is wrong use", async () => {
    const { exit, out } = await pgi();
    expect(exit).toBe(2);
    expect(out).toContain("usage: pgi COMMAND");
  });

  test("offers the nearest command, or all of them", async () => {
    expect(await pgi("shw")).toMatchObject({
      exit: 2,
      error: expect.stringContaining("Did you mean show?"),
    });
    const { error } = await pgi("zzzzzzzzz");
    for (const { name } of commands) expect(error).toContain(name);
  });

  test("offers the nearest option", async () => {
    const { exit, error } = await pgi("train", "--learning-rat", "1");
    expect(exit).toBe(2);
    expect(error).toContain("Did you mean --learning-rate?");
  });

  test("takes a value joined by = or in the next word, also one that begins with a minus", async () => {
    for (const words of [["--gamma", "-1"], ["--gamma=-1"]]) {
      const { exit, error } = await pgi("train", ...words);
      expect([exit, error]).toEqual([2, "pgi: gamma lies between 0 and 1, not at -1.\n"]);
    }
  });

  test("names the option whose value is missing", async () => {
    for (const words of [["--gamma"], ["--gamma", "--json"]]) {
      const { exit, error } = await pgi("train", ...words);
      expect(exit).toBe(2);
      expect(error).toContain("--gamma needs a value");
    }
  });
});

describe("doctor", () => {
  beforeEach(() => {
    const nothing = temporaryFolder();
    for (const name of ["PGI_RUNTIMES", "XDG_DATA_HOME", "HOME", "LOCALAPPDATA"]) vi.stubEnv(name, nothing);
    return () => vi.unstubAllEnvs();
  });

  test("finds this Node and the kernels, and tells what mends what is absent", async () => {
    const { exit, out } = await pgi("doctor", "--json");
    const findings = jsonLines(out);
    expect(exit).toBe(0);
    expect(findings).toContainEqual(
      expect.objectContaining({
        part: "program",
        name: "Node",
        state: "ok",
        version: process.versions.node,
      }),
    );
    expect(findings).toContainEqual(
      expect.objectContaining({ part: "backend", name: "kernels", state: "ok", precision: "float64" }),
    );
    const absent = findings.filter(({ state }) => state === "absent");
    expect(absent.map(({ name }) => name)).toEqual(expect.arrayContaining(["tensorflow", "webgpu"]));
    for (const { missing, mend } of absent) expect([missing, mend]).not.toContain("");
  });

  test("prints tables with the same parts, and the command that mends each", async () => {
    const parts = jsonLines((await pgi("doctor", "--json")).out).filter(({ name }) => name);
    const { out } = await pgi("doctor");
    expect(parts.length).toBeGreaterThan(5);
    for (const { name, mend } of parts) {
      expect(out).toMatch(new RegExp(`^[✓–✗] +${name}( |$)`, "m"));
      if (mend) expect(out).toContain(mend);
    }
  });

  test.for([
    [["--install", "torch"], "--install takes tensorflow or webgpu"],
    [["--install", "webgpu", "--libraries", "/tmp"], "--libraries goes with --install tensorflow"],
    [["--libraries", "/tmp"], "--libraries goes with --install tensorflow"],
  ] as const)("refuses %s", async ([words, line]) => {
    const { exit, error } = await pgi("doctor", ...words);
    expect(exit).toBe(2);
    expect(error).toContain(line);
    expect(error.trim().split("\n")).toHaveLength(1);
  });
});
