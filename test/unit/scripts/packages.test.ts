import { expect, test } from "vitest";
import { matches } from "../../../scripts/lib/packages.mjs";

const wanted = {
  "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
  "node_modules/b-darwin": { version: "2.0.0", integrity: "sha512-b", optional: true },
};
const [a] = Object.entries(wanted);
const installed = Object.fromEntries([a!]);

test("packages match where only optional ones are absent", () => {
  expect(matches(wanted, installed)).toBe(true);
});

test("packages do not match where one is missing, another version, or one too many", () => {
  expect(matches(wanted, {})).toBe(false);
  expect(matches(wanted, { "node_modules/a": { version: "1.0.1", integrity: "sha512-a" } })).toBe(false);
  expect(matches(wanted, { "node_modules/a": { version: "1.0.0", integrity: "sha512-x" } })).toBe(false);
  expect(matches(wanted, { ...installed, "node_modules/c": { version: "1.0.0" } })).toBe(false);
});

test("packages do not match where a lock file is missing", () => {
  expect(matches(undefined, installed)).toBe(false);
  expect(matches(wanted, undefined)).toBe(false);
});
