import { describe, expect, test } from "vitest";
import { hasRecorder, recorderLines } from "../../../../src/host/traces/recorderLines.ts";

/** The script with its lines put in, as the editor would. */
function recorded(script: string): string {
  const lines = script.split("\n");
  for (const { line, text } of recorderLines(script, "train").toReversed()) {
    lines.splice(line, 0, ...text.replace(/\n$/, "").split("\n"));
  }
  return lines.join("\n");
}

const reinforce = `"""REINFORCE."""
import gymnasium as gym
from torch import (
    nn,
    optim,
)

gamma = 0.99
env = gym.make("CartPole-v1")
optimizer = optim.Adam(policy.parameters(), lr=1e-2)

def finish_episode():
    optimizer.zero_grad()
    policy_loss.backward()
    optimizer.step()
`;

describe("the lines of a recorder", () => {
  test("are the import and the opening, the wrapped environment and the update", () => {
    expect(recorded(reinforce)).toBe(`"""REINFORCE."""
import gymnasium as gym
from torch import (
    nn,
    optim,
)
import pgtrace

rec = pgtrace.open("train.pgtrace", environment="CartPole-v1", gamma=0.99)

gamma = 0.99
env = gym.make("CartPole-v1")
env = pgtrace.wrap(env, rec)
optimizer = optim.Adam(policy.parameters(), lr=1e-2)

def finish_episode():
    optimizer.zero_grad()
    rec.update(loss=policy_loss, params=policy.parameters())  # add log_prob=…, entropy=…, value=… as they enter the loss
    policy_loss.backward()
    optimizer.step()
`);
  });

  test("do not take a name that the script has", () => {
    expect(recorded("rec = []\n")).toContain('recorder = pgtrace.open("train.pgtrace")');
  });

  test("stand below the docstring of a script without imports", () => {
    expect(recorded('#!/usr/bin/python\n"""One.\n\nTwo."""\nx = 1\n').split("\n")[4]).toBe("import pgtrace");
    expect(recorded("x = 1\n").split("\n")[0]).toBe("import pgtrace");
  });

  test("open the recorder before the environment is wrapped, whatever is imported later", () => {
    const lines = recorded('import gym\nenv = gym.make("A-v1")\nimport late\n').split("\n");
    expect(lines.findIndex((line) => line.startsWith("rec ="))).toBeLessThan(
      lines.findIndex((line) => line.includes("wrap(")),
    );
  });

  test("leave the update to the person where there are two losses", () => {
    expect(recorded("import torch\na.backward()\nb.backward()\n")).not.toContain("update(");
  });

  test("leave an environment alone that is made in more words than they can read", () => {
    expect(recorded("import gym\nenv = gym.make(name(\n  1))\n")).not.toContain("wrap(");
  });
});

test.each([
  ["import pgtrace\n", true],
  ["  from pgtrace import open\n", true],
  ["# import pgtrace\n", false],
])("%j has a recorder: %s", (script, has) => {
  expect(hasRecorder(script)).toBe(has);
});
