import { describe, expect, test } from "vitest";
import { recordedKeywords } from "../../../../src/host/traces/pythonNames.ts";

const opened = 'rec = pgtrace.open("a.pgtrace")\n';
const keywords = (call: string) => Object.fromEntries(recordedKeywords(opened + call));

describe("the names that a script gives its recorder", () => {
  test.each([
    ["rec.update(loss=policy_loss)", "policy_loss", "loss"],
    ["rec.update(log_prob=policy.saved_log_probs)", "saved_log_probs", "log_prob"],
    ["rec.step(log_prob=policy.saved_log_probs[-1], action=a)", "saved_log_probs", "log_prob"],
    ["rec.update(log_prob=torch.stack(log_probs))", "log_probs", "log_prob"],
    ["rec.update(log_prob=torch.cat(log_probs, dim=0), loss=l)", "log_probs", "log_prob"],
    ["rec.update(\n    loss=l,  # not (this\n    value=new_values,\n)", "new_values", "value"],
    ["rec.rollout(reward=rewards, dones=dones)", "rewards", "reward"],
  ])("%j: %s is %s", (call, name, keyword) => {
    expect(keywords(call)[name]).toBe(keyword);
  });

  test("keywords stand for themselves", () => {
    expect(keywords("rec.update(loss=a.b().c)")).toEqual({ loss: "loss" });
  });

  test("texts and brackets do not part arguments", () => {
    expect(keywords("rec.update(note='a, b=(', loss=f(x, y=[1, 2]), value=v)")).toMatchObject({
      v: "value",
    });
    expect(keywords("rec.update(loss=f(x, y=z))").z).toBeUndefined();
  });

  test("the recorder's own name is found, with `with` too", () => {
    const script =
      'with pgtrace.open("a", gamma=f(1)) as tracer:\n  tracer.update(loss=l)\n  rec.update(loss=other)';
    expect([...recordedKeywords(script)]).toEqual([
      ["loss", "loss"],
      ["l", "loss"],
    ]);
  });

  test("a script without a recorder, and a call without an end, give none", () => {
    expect(recordedKeywords("rec.update(loss=l)").size).toBe(0);
    expect(recordedKeywords(`${opened}rec.update(loss=l`).size).toBe(0);
  });
});
