import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hasRecorder, recorderLines } from "../../../src/python/recorder/recorderLines.ts";
import { recorded } from "../../cases/recorded.ts";

const reinforce = `"""REINFORCE."""
import gymnasium as gym
from torch import (
    nn,
    optim,
)

gamma = 0.99
env = gym.make("CartPole-v1")
policy = Policy()
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
policy = Policy()
optimizer = optim.Adam(policy.parameters(), lr=1e-2)

def finish_episode():
    optimizer.zero_grad()
    rec.update(loss=policy_loss, params=policy.parameters())  # add log_prob=… as it enters the loss
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
    const lines = recorded('import gymnasium as gym\nenv = gym.make("A-v1")\nimport late\n').split("\n");
    expect(lines.findIndex((line) => line.startsWith("rec ="))).toBeLessThan(
      lines.findIndex((line) => line.includes("wrap(")),
    );
  });

  test("leave the update to the person where there are two losses", () => {
    expect(recorded("import torch\na.backward()\nb.backward()\n")).not.toContain("update(");
  });

  test("record the steps where another library makes the environment", () => {
    expect(recorded("env = mine()\nobs, reward, done, _ = env.step(action)\n")).toContain(
      "\nrec.step(action=action, reward=reward, terminated=done)\n",
    );
  });

  test("leave comments and texts alone", () => {
    const script = 'import torch\ntext = "loss.backward()"  # env = gym.make(1)\n';
    expect(recorded(script)).not.toMatch(/update\(|wrap\(/);
  });
});

test.each([
  ["import pgtrace\n", true],
  ["  from pgtrace import open\n", true],
  ["# import pgtrace\n", false],
])("%j has a recorder: %s", (script, has) => {
  expect(hasRecorder(script)).toBe(has);
});

const shapes = join(import.meta.dirname, "../../cases/recorderShapes");

/** What of an update each shape must have recorded, and what a person is told. */
const expected: Readonly<Record<string, RegExp>> = {
  agent_with_tabs:
    /^\t\trec\.update\(loss=loss, log_prob=logps, entropy=ents, params=self\.net\.parameters\(\), gamma=self\.gamma\)$/m,
  lists_on_policy:
    /^ {4}rec\.update\(loss=policy_loss, log_prob=policy\.saved_log_probs, params=policy\.parameters\(\), gamma=args\.gamma\)$/m,
  loss_function:
    /^ {8}rec\.update\(loss=-\(logp \* weights\)\.mean\(\), log_prob=logp, params=logits_net\.parameters\(\)\)$/m,
  notebook: /^ {4}rec\.update\(loss=loss, log_prob=log_probs, params=model\.parameters\(\), gamma=gamma\)$/m,
  own_environment: /^ {6}rec\.step\(action=float\(action\), reward=reward, terminated=done\)$/m,
  passed_around:
    /^ {4}rec\.update\(loss=total_loss, log_prob=log_probs, entropy=entropies, params=actor\.parameters\(\), gamma=gamma\)$/m,
  saved_pairs:
    /log_prob=\[item\[0\] for item in saved_actions\], value=\[item\[1\] for item in saved_actions\]/,
  vector_ppo:
    /rec\.rollout\(obs=obs, dones=dones, value=values, action=actions, log_prob=logprobs, reward=rewards, next_done=next_done, last_value=next_value\)/,
};
const hints: Readonly<Record<string, RegExp>> = {
  by_hand_numpy: /^No loss\.backward\(\) was found: call rec\.update\(logits_grad=…\)/,
  in_jax: /^JAX has no backward\(\) to listen to/,
};

test("there are ten shapes of scripts", () => {
  const names = readdirSync(shapes).map((name) => name.replace(/\.py$/, ""));
  expect(names.sort()).toEqual([...Object.keys(expected), ...Object.keys(hints)].sort());
});

test.each(Object.entries(expected))("%s is recorded whole", (name, lines) => {
  const text = readFileSync(join(shapes, `${name}.py`), "utf8");
  expect(recorded(text)).toMatch(lines);
  const { missing, lines: added } = recorderLines(text, name);
  expect(missing).toBeUndefined();
  expect(added.some(({ isDraft }) => isDraft)).toBe(false);
});

test.each(Object.entries(hints))("%s: what is not recognised is said in one line", (name, words) => {
  const { missing } = recorderLines(readFileSync(join(shapes, `${name}.py`), "utf8"), name);
  expect(missing).toMatch(words);
  expect(missing).not.toContain("\n");
});

test("two losses: which is the policy's is for the person to say", () => {
  const { missing } = recorderLines("import torch\na.backward()\nb.backward()\n", "train");
  expect(missing).toMatch(/^There are 2 places with backward\(\)/);
});
