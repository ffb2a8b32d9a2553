import { describe, expect, test } from "vitest";
import type { HostState } from "../../../../src/protocol/panel.ts";
import type { RunView, TrainingState } from "../../../../src/protocol/views.ts";
import {
  blockedBecause,
  canChange,
  runControls,
  visibleControls,
} from "../../../../webview/controls/availability.ts";

function hostWith(engine: HostState["engine"], own = true): HostState {
  const run = { own } as RunView;
  return { version: 1, probe: new Float64Array(), engine, run, trusted: true, reducedMotion: false };
}
const running = hostWith({ state: "running" });

function enabled(training: TrainingState): string[] {
  return runControls
    .filter((control) => blockedBecause(control, { host: running, training }) === null)
    .map((control) => control.command);
}

describe("the run controls", () => {
  test.each([
    ["training", ["pause", "stop", "reset"]],
    ["paused", ["resume", "oneUpdate", "stop", "reset"]],
    ["finished", ["resume", "reset"]],
    ["stopped", ["resume", "reset"]],
    ["failed", ["resume", "reset"]],
    ["reading", ["resume"]],
  ] as const)("in a run that is %s let %j act", (training, commands) => {
    expect(enabled(training)).toEqual(commands);
  });

  test("say why they cannot act", () => {
    const [pause] = runControls;
    const reason = (host: HostState | null) => blockedBecause(pause!, { host, training: "training" });
    expect(reason(hostWith({ state: "down", message: "" }))).toBe("the engine is not running");
    expect(reason(hostWith({ state: "running" }, false))).toBe("this window does not train the run");
    expect(reason({ ...running, run: null })).toBe("there is no run");
  });

  test("take up a run that is only open for reading from its file", () => {
    const resume = runControls.find(({ command }) => command === "resume")!;
    const restored = hostWith({ state: "running" }, false);
    expect(blockedBecause(resume, { host: restored, training: "reading" })).toBeNull();
  });

  test("show pause or resume, never both", () => {
    for (const training of [
      "training",
      "paused",
      "stopped",
      "finished",
      "failed",
      "reading",
      null,
    ] as const) {
      const commands = visibleControls(training).map(({ command }) => command);
      expect(commands.includes("pause")).toBe(!commands.includes("resume"));
    }
  });
});

test("settings can be changed only in a run that this engine trains", () => {
  expect(canChange({ host: running, training: "training" })).toBe(true);
  expect(canChange({ host: running, training: "finished" })).toBe(false);
  expect(canChange({ host: hostWith({ state: "running" }, false), training: "training" })).toBe(false);
  expect(canChange({ host: hostWith({ state: "starting" }), training: "training" })).toBe(false);
});
