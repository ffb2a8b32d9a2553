import { describe, expect, test } from "vitest";
import { readChoices } from "../../../scripts/start/choices.ts";

const defaults = ["--environment", "CartPole-v1", "--algorithm", "reinforce", "--seed", "1"];

describe("the command line of npm start", () => {
  test("trains with the defaults where nothing is said", () => {
    expect(readChoices([])).toEqual({
      terminal: false,
      browser: false,
      port: undefined,
      training: [...defaults, "--until-solved"],
    });
  });

  test("keeps its own options from the training", () => {
    expect(readChoices(["--terminal", "--port", "9000", "--browser"])).toEqual({
      terminal: true,
      browser: true,
      port: 9000,
      training: [...defaults, "--until-solved"],
    });
    expect(readChoices(["--port=0"])).toMatchObject({ port: 0, training: [...defaults, "--until-solved"] });
  });

  test("gives all else to the training, in place of the default", () => {
    expect(readChoices(["--seed", "7", "--hidden=64", "--steps", "100"]).training).toEqual([
      ...defaults.slice(0, 4),
      "--seed",
      "7",
      "--hidden=64",
      "--steps",
      "100",
    ]);
  });

  test("resumes a run without defaults of its own", () => {
    expect(readChoices(["--resume", "a.pgrun"]).training).toEqual(["--resume", "a.pgrun"]);
  });

  test.each(["x", "-1", "65536", "1.5", ""])("refuses %j as a port", (port) => {
    expect(() => readChoices([`--port=${port}`])).toThrow("--port takes a number");
  });
});
