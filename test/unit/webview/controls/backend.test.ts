import { expect, test } from "vitest";
import { formatTime } from "../../../../webview/controls/formatTime.ts";

test.each([
  [0, "0 ms"],
  [0.0421, "0.042 ms"],
  [0.5, "0.500 ms"],
  [12.34, "12.3 ms"],
  [1240, "1.24 s"],
])("%d milliseconds are %s", (milliseconds, words) => {
  expect(formatTime(milliseconds)).toBe(words);
});
