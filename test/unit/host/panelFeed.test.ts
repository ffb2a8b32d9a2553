import { expect, test } from "vitest";
import { PanelFeed } from "../../../src/host/panel/panelFeed.ts";
import { manualClock } from "./manualClock.ts";
import { runView } from "./runViews.ts";

function feed() {
  const clock = manualClock();
  const sent: { event: string; payload: unknown }[] = [];
  return { clock, sent, feed: new PanelFeed(clock, (event, payload) => sent.push({ event, payload })) };
}

const progress = (update: number) => ({ ...runView().progress, update });

test("of a thousand progress events in a frame the newest is sent", () => {
  const { feed: one, clock, sent } = feed();
  one.open();
  for (let update = 1; update <= 1000; update++) one.push("progress", progress(update));
  clock.advance(16);
  expect(sent).toEqual([{ event: "progress", payload: progress(1000) }]);
});

test("at most one message a frame is sent over a second of constant progress", () => {
  const { feed: one, clock, sent } = feed();
  one.open();
  for (let millisecond = 0; millisecond < 1000; millisecond++) {
    one.push("progress", progress(millisecond));
    clock.advance(1);
  }
  expect(sent.length).toBeGreaterThan(55);
  expect(sent.length).toBeLessThanOrEqual(63);
});

test("a first event after a rest is sent at once", () => {
  const { feed: one, clock, sent } = feed();
  one.open();
  one.push("progress", progress(1));
  clock.advance(0);
  expect(sent).toHaveLength(1);
});

test("events of different kinds do not push each other out", () => {
  const { feed: one, clock, sent } = feed();
  one.open();
  one.push("progress", progress(1));
  one.push("runChanged", { run: "run-1", updates: 1 });
  clock.advance(16);
  expect(sent.map(({ event }) => event)).toEqual(["progress", "runChanged"]);
});

test("nothing is sent to a closed page, not even what was waiting", () => {
  const { feed: one, clock, sent } = feed();
  one.open();
  one.push("progress", progress(1));
  one.close();
  one.push("progress", progress(2));
  clock.advance(1000);
  expect(sent).toEqual([]);
});
