import { describe, expect, test } from "vitest";
import { engineClient, trainedIn } from "../../util/engineClient.ts";

const text = "-(gamma**t * discounted_returns(r, gamma) * log_pi).sum()";

describe("the engine proves a loss", () => {
  test("on an update of an open run, and says so", async () => {
    const client = engineClient();
    const { run } = await trainedIn(client, 4);
    const proof = await client.call("prove", { run, update: 2, text, rule: "reinforce" });
    expect(proof).toMatchObject({ ok: true, status: "passed" });
    expect(proof.ok && proof.on).toMatch(/^update 2: /);
    const latest = await client.call("prove", { run, text });
    expect(latest.ok && latest.on).toMatch(/^update 4: /);
  });

  test("without a run, while other questions are answered", async () => {
    const client = engineClient();
    let answered = false;
    const proof = client.call("prove", { text }).finally(() => {
      expect(answered).toBe(true);
    });
    await client.call("environments", {});
    answered = true;
    expect(await proof).toMatchObject({ ok: true, status: "passed" });
  });

  test("refuses unknown rules and gives the diagnostics of a wrong text", async () => {
    const client = engineClient();
    await expect(client.call("prove", { text, rule: "no rule" })).rejects.toMatchObject({
      code: "unknown_rule",
    });
    await expect(client.call("prove", { text, run: "nobody" })).rejects.toMatchObject({
      code: "unknown_run",
    });
    expect(await client.call("prove", { text: "log_pie.sum()" })).toMatchObject({ ok: false });
  });
});
