import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { diagnoseFile } from "../../src/engine/diagnosis/diagnoseFile.ts";
import { sharedFolder } from "../util/temporaryFolder.ts";
import { askOracle } from "./support.ts";

interface Entry {
  readonly file: string;
  readonly mistake: string | null;
  /** Ids that must be told, and those of variants that may be told beside them. */
  readonly told: readonly string[];
  readonly may: readonly string[];
}

const folder = sharedFolder();
const count = Number(process.env.ORACLE_FOREIGN ?? 80);
askOracle("foreign", count, folder);
const { files } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as {
  files: readonly Entry[];
};

interface Judged extends Entry {
  readonly found: readonly { readonly id: string; readonly severity: string }[];
}

const judged: readonly Judged[] = files.map((entry) => ({
  ...entry,
  found: diagnoseFile(join(folder, entry.file)).diagnosis.findings,
}));

const said = ({ file, found }: Judged) => `${file}: ${found.map(({ id }) => id).join(", ")}`;
const strange = ({ found, told }: Judged) =>
  found.some(({ id, severity }) => severity !== "info" && !told.includes(id));

test("right programs of every form have no error and no warning", () => {
  const right = judged.filter(({ mistake }) => mistake === null);
  expect(right.length).toBeGreaterThan(count / 5);
  expect(right.filter(strange).map(said)).toEqual([]);
});

test("at least 95 of 100 wrong programs are told their mistake", () => {
  const wrong = judged.filter(({ mistake }) => mistake !== null);
  const missed = wrong.filter(({ found, told }) => !told.every((id) => found.some((one) => one.id === id)));
  expect(missed.map(said).slice(Math.floor(0.05 * wrong.length))).toEqual([]);
});

test("at most 5 of 100 wrong programs are told another mistake beside or instead", () => {
  const wrong = judged.filter(({ mistake }) => mistake !== null);
  expect(
    wrong
      .filter(strange)
      .map(said)
      .slice(Math.floor(0.05 * wrong.length)),
  ).toEqual([]);
});
