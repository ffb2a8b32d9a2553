import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { describe, it } from "mocha";
import { poll } from "../../util/poll.ts";
import { activated, messagesDuring, run, withDouble, withSetting } from "./support.ts";

describe("the engine's supervision", () => {
  it("gives up at the fifth close with one message that offers Restart and Show Log", async () => {
    await withDouble("crashAtStart", async (api) => {
      const shown = await messagesDuring("showErrorMessage", async () => {
        await api.engine.restart().catch(() => {});
        await poll("the end of all attempts", () => api.store.model.health.state === "down" || undefined);
      });
      deepEqual(
        shown.map(({ actions }) => actions),
        [["Restart", "Show Log"]],
      );
      match(shown[0]!.message, /closed too often.*code 3/);
    });
  });

  it("lets every command that needs it answer with the reason while it is down", async () => {
    await withDouble("crashAtStart", async (api) => {
      await messagesDuring("showErrorMessage", async () => {
        await api.engine.restart().catch(() => {});
        const answer = await run("trainReinforce", { environment: "CartPole-v1" });
        match(answer.ok ? "" : answer.reason, /closed too often/);
      });
    });
  });

  it("starts anew when Restart is chosen in the message", async () => {
    await withDouble("crashAtStart", async (api) => {
      await messagesDuring(
        "showErrorMessage",
        async () => {
          await api.engine.restart().catch(() => {});
          await poll("the engine to run", () => api.store.model.health.state === "running" || undefined);
        },
        () => {
          api.engine.entry = api.engine.entry.replace("crashAtStart", "normal");
          return "Restart";
        },
      );
      equal(api.store.model.health.state, "running");
    });
  });

  it("replaces an engine that was killed by another process", async () => {
    await withDouble("normal", async (api) => {
      await api.engine.restart();
      const killed = api.engine.pid!;
      process.kill(killed, "SIGKILL");
      const next = await poll("another process", () =>
        api.engine.pid !== undefined && api.engine.pid !== killed ? api.engine.pid : undefined,
      );
      notEqual(next, killed);
      equal(api.store.model.health.state, "running");
    });
  });

  it("refuses an engine of another version with a message that names both", async () => {
    await withDouble("wrongVersion", async (api) => {
      const shown = await messagesDuring("showErrorMessage", () => api.engine.restart().catch(() => {}));
      match(shown.map(({ message }) => message).join(), /version 999.*version 1/);
    });
  });

  it("says which programs were tried where no Node is found", async () => {
    const api = await activated();
    await withSetting("engine.nodePath", "/no/such/folder/node", async () => {
      const shown = await messagesDuring("showErrorMessage", () => api.engine.restart().catch(() => {}));
      equal(shown.length, 1);
      match(shown[0]!.message, /No Node 22\.13 or newer.*\/no\/such\/folder\/node.*nodePath/);
    });
    await run("restartEngine");
    ok(api.engine.pid);
  });
});
