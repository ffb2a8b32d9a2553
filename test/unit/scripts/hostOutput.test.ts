import { expect, test } from "vitest";
import { readHostOutput } from "../../../scripts/vscode/hostOutput.ts";

function output(...lines: readonly (readonly unknown[])[]) {
  const printed: string[] = [];
  const { read, rest } = readHostOutput((line) => printed.push(line));
  for (const line of lines) read("info", line);
  return { printed, rest: rest() };
}

test("only the lines of the suite are printed, in printf's format", () => {
  const { printed, rest } = output(
    ["starting"],
    ["HOST-SUITE-BEGIN"],
    ["  ✔ %s (%dms)", "is present", 12],
    ["[AgentHost] No signed-in session"],
    ["HOST-SUITE-END"],
    ["stopping"],
  );
  expect(printed).toEqual(["  ✔ is present (12ms)"]);
  expect(rest).toEqual(["info: starting", "info: stopping"]);
});

test("of what is not printed, the last lines are kept", () => {
  const { rest } = output(...Array.from({ length: 100 }, (_, index) => [`line ${index}`]));
  expect(rest).toHaveLength(30);
  expect(rest.at(-1)).toBe("info: line 99");
});
