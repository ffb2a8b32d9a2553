import { expect, test } from "vitest";
import { expectGlobalsUntouched, fuzzLanguage } from "../../util/fuzzLanguage.ts";

test("4,000 texts, half of them damaged programs, neither throw nor hang nor touch a global", () => {
  const { evaluated, refused } = fuzzLanguage(4000, 20);
  expect(evaluated).toBeGreaterThan(1500);
  expect(refused).toBeGreaterThan(1000);
});

test("a change to a prototype would be seen", () => {
  Object.defineProperty(Array.prototype, "poison", { value: 1, configurable: true });
  try {
    expect(() => expectGlobalsUntouched()).toThrow(/poison/i);
  } finally {
    delete (Array.prototype as { poison?: number }).poison;
  }
  expect(() => expectGlobalsUntouched()).not.toThrow();
});
