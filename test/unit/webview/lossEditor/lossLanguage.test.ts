import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { lossLanguage, lossTokens } from "../../../../webview/lossEditor/lossLanguage.ts";

const kinds = (text: string) =>
  lossTokens(text).map(({ start, end, kind }) => [text.slice(start, end), kind]);

describe("the colours of a loss", () => {
  test("tell comments, names, operators called and numbers apart", () => {
    expect(kinds("# (13.3)\nbeta = 1e-4\nloss = -(G.detach() * log_pi).sum()  # book")).toEqual(
      expect.arrayContaining([
        ["# (13.3)", "comment"],
        ["beta", "name"],
        ["1e-4", "number"],
        ["detach", "function"],
        ["log_pi", "name"],
        ["sum", "function"],
        ["# book", "comment"],
      ]),
    );
  });

  test("find a comment that stands inside brackets", () => {
    expect(kinds("loss = (log_pi  # first\n * r).sum()")).toContainEqual(["# first", "comment"]);
  });

  property.prop([fc.string({ unit: "binary", maxLength: 60 })])(
    "never overlap, whatever is typed",
    (text) => {
      let end = 0;
      for (const token of lossTokens(text)) {
        expect(token.start).toBeGreaterThanOrEqual(end);
        expect(token.end).toBeLessThanOrEqual(text.length);
        end = token.end;
      }
    },
  );
});

describe("what the editor offers", () => {
  test("holds names with their shapes and operators with their signatures", () => {
    const byName = new Map(lossLanguage.completions.map((entry) => [entry.name, entry]));
    expect(byName.get("log_pi")).toMatchObject({ kind: "variable", signature: "[T] head" });
    expect(byName.get("discounted_returns")).toMatchObject({ kind: "function" });
    expect(byName.get("discounted_returns")?.signature).toMatch(/^\(r, gamma/u);
  });

  test("offers nothing twice", () => {
    const names = lossLanguage.completions.map(({ name, kind }) => `${kind} ${name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test("finds an error in the text without any data", () => {
    const [first] = lossLanguage.check("loss = (log_pi");
    expect(first).toMatchObject({ severity: "error" });
    expect(lossLanguage.check("loss = -(r * log_pi).sum()")).toEqual([]);
  });
});
