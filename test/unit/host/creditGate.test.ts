import { expect, test } from "vitest";
import { CreditGate, tolerableOverrun } from "../../../src/host/engine/creditGate.ts";
import { manualClock } from "./manualClock.ts";

function openGate() {
  const clock = manualClock();
  const granted: number[] = [];
  let floods = 0;
  const gate = new CreditGate({
    clock,
    grant: (count) => granted.push(count),
    onFlood: () => {
      floods += 1;
    },
  });
  gate.open();
  return { gate, clock, granted, floods: () => floods };
}

test("admits exactly what was granted until the next frame", () => {
  const { gate, granted, clock } = openGate();
  const first = Array.from({ length: 6 }, () => gate.admit());
  expect(first).toEqual([true, true, true, true, false, false]);
  clock.advance(16);
  expect(granted).toEqual([4, 4]);
  expect(gate.admit()).toBe(true);
});

test("grants only what was used", () => {
  const { gate, granted, clock } = openGate();
  gate.admit();
  clock.advance(16);
  clock.advance(1000);
  expect(granted).toEqual([4, 1]);
});

test("reports a flood once", () => {
  const { gate, floods } = openGate();
  for (let i = 0; i < tolerableOverrun * 2; i++) gate.admit();
  expect(floods()).toBe(1);
});

test("grants nothing after it was closed", () => {
  const { gate, granted, clock } = openGate();
  gate.admit();
  gate.close();
  clock.advance(1000);
  expect(granted).toEqual([4]);
});
