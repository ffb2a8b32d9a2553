import { expect, test } from "vitest";
import { settingsChange } from "../../../../webview/controls/settingsDraft.ts";

const settings = { gamma: 0.99, learningRate: 0.003, optimiser: "adam" } as const;

test("only what differs is handed on", () => {
  expect(settingsChange({ gamma: "0.99", learningRate: "3e-4" }, settings)).toEqual({
    ok: true,
    settings: { learningRate: 3e-4 },
  });
  expect(settingsChange({ optimiser: "sgd" }, settings)).toEqual({
    ok: true,
    settings: { optimiser: "sgd" },
  });
  expect(settingsChange({}, settings)).toEqual({ ok: true, settings: {} });
});

test.each([
  [{ gamma: "1.5" }, "γ is a number from 0 to 1"],
  [{ gamma: "" }, "γ is a number from 0 to 1"],
  [{ learningRate: "0" }, "α is a number above 0"],
  [{ learningRate: "fast" }, "α is a number above 0"],
])("%j is refused with what would be allowed", (draft, message) => {
  expect(settingsChange(draft, settings)).toEqual({ ok: false, message });
});
