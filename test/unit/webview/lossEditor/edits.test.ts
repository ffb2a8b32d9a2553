import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { smallestChange } from "../../../../webview/lossEditor/edits.ts";

property.prop([fc.string(), fc.string()])("a change turns the one text into the other", (before, after) => {
  const { from, to, insert } = smallestChange(before, after);
  expect(before.slice(0, from) + insert + before.slice(to)).toBe(after);
});

test("a change touches only what differs", () => {
  expect(smallestChange("loss = -(G * log_pi).sum()", "loss = -(gamma**t * G * log_pi).sum()")).toEqual({
    from: 9,
    to: 9,
    insert: "gamma**t * ",
  });
});
