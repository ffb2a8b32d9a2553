import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { diagnoseFile } from "../../src/engine/diagnosis/diagnoseFile.ts";
import { withEdits } from "../../src/python/change.ts";
import { suggestChanges } from "../../src/python/suggestChanges.ts";
import { mistaken, scriptMistakes, scriptNames, scriptWith } from "../cases/scriptMistakes.ts";
import { sharedFolder } from "../util/temporaryFolder.ts";
import { runTrainers } from "./support.ts";

const folder = sharedFolder();
const root = join(import.meta.dirname, "../..");
copyFileSync(join(root, "python/pgtrace.py"), join(folder, "pgtrace.py"));
copyFileSync(join(root, "examples/zoo/worlds.py"), join(folder, "worlds.py"));

/** Puts a script into the folder and says where its trace will be. */
function placed(name: string, text: string): { script: string; trace: string } {
  const script = join(folder, `${name}.py`);
  writeFileSync(script, text);
  return { script, trace: join(folder, `${name}.pgtrace`) };
}

const cases = scriptMistakes.map((mistake, index) => {
  const { wrong, line } = mistaken(mistake);
  const [change] = suggestChanges(wrong, mistake.finding, line, { isOneEpisode: true });
  const name = `case${index}`;
  return {
    ...mistake,
    wrong: placed(`${name}_wrong`, wrong),
    mended: placed(`${name}_mended`, withEdits(wrong, change?.edits ?? [])),
  };
});
const right = scriptNames.map((name) => placed(`right_${name}`, scriptWith(name, [])));
const errors = runTrainers([...right, ...cases.flatMap(({ wrong, mended }) => [wrong, mended])]);

const found = ({ trace }: { trace: string }) =>
  diagnoseFile(trace).diagnosis.findings.map(({ id, source }) => ({ id, file: source?.file }));

test("every script ran", () => {
  expect(errors).toEqual([]);
});

test.each(right)("$script is right", (one) => {
  expect(found(one)).toEqual([]);
});

describe("a mistake that was mended by its suggested change", () => {
  test.each(cases.map((one, index) => [one.finding, one.script, index] as const))(
    "%s in %s (%i) is told on its script before, and gone after",
    (finding, _script, index) => {
      const { wrong, mended } = cases[index]!;
      expect(found(wrong)).toContainEqual({ id: finding, file: wrong.script });
      expect(found(mended)).toEqual([]);
    },
  );
});
