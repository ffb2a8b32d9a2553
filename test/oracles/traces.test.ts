import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { diagnoseFile } from "../../src/engine/diagnosis/diagnoseFile.ts";
import { sharedFolder } from "../util/temporaryFolder.ts";
import { askOracle } from "./support.ts";

interface Entry {
  readonly file: string;
  readonly findings: readonly string[];
}

const folder = sharedFolder();
const count = Number(process.env.ORACLE_TRACES ?? 200);
askOracle("traces", count, folder);
const { files } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as {
  files: readonly Entry[];
};

const found = (file: string) => diagnoseFile(join(folder, file)).diagnosis.findings.map(({ id }) => id);
const isNamed = ({ file, findings }: Entry) => String(found(file)) === String(findings);

test("traces of right updates in PyTorch have no finding", () => {
  const right = files.filter(({ findings }) => findings.length === 0);
  expect(right.length).toBeGreaterThan(count / 5);
  expect(right.filter((entry) => !isNamed(entry)).map(({ file }) => file)).toEqual([]);
});

test("at least 95 of 100 traces with a mistake are told that mistake and nothing else", () => {
  const wrong = files.filter(({ findings }) => findings.length > 0);
  const missed = wrong
    .filter((entry) => !isNamed(entry))
    .map(({ file }) => `${file}: ${found(file).join(", ")}`);
  expect(missed.slice(Math.floor(0.05 * wrong.length))).toEqual([]);
});
