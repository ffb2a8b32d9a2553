import { join } from "node:path";
import { expect } from "vitest";
import { pgi } from "./cli.ts";

/** Trains a small run into `folder` by the command line and returns its path; `words` are further options. */
export async function trainedRun(folder: string, name: string, ...words: string[]): Promise<string> {
  const path = join(folder, name);
  const { exit, error } = await pgi("train", "--hidden", "16", "--out", path, "--json", ...words);
  expect([exit, error], name).toEqual([0, ""]);
  return path;
}
