import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import * as v from "valibot";
import { runExtension } from "../../runs/folder.ts";
import { withRunErrors } from "../../runs/runError.ts";
import { isBeingWritten } from "../../runs/writerLock.ts";

/** The run files that are meant, each once, and what the sweeps among the folders still have to make. */
export interface FoundRuns {
  readonly paths: readonly string[];
  readonly toCome: number;
  /** Whether a sweep is at work in one of the folders. */
  readonly isSweeping: boolean;
}

/** Files as they are named, and of folders the runs in them by name. A folder that cannot be read is a RunError. */
export function findRuns(named: readonly string[]): FoundRuns {
  const paths = new Set<string>();
  let toCome = 0;
  let isSweeping = false;
  for (const path of new Set(named.map((one) => resolve(one)))) {
    if (!isFolder(path)) {
      paths.add(path);
      continue;
    }
    const runs = runsIn(path);
    for (const run of runs) paths.add(run);
    const question = join(path, "sweep.json");
    if (!isBeingWritten(question)) continue;
    isSweeping = true;
    toCome += Math.max(0, trialCount(question) - runs.length);
  }
  return { paths: [...paths], toCome, isSweeping };
}

function runsIn(folder: string): readonly string[] {
  const { compare } = new Intl.Collator("en", { numeric: true });
  return withRunErrors(folder, () => readdirSync(folder))
    .filter((name) => name.endsWith(runExtension))
    .sort(compare)
    .map((name) => join(folder, name));
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

const mostBytes = 2 ** 22;
const question = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ values: v.record(v.string(), v.array(v.string())) }),
);

/** The trials that a sweep asks for; 0 where its question cannot be read, which its own command says better. */
function trialCount(path: string): number {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? Number.POSITIVE_INFINITY) > mostBytes) return 0;
  const read = v.safeParse(
    question,
    withRunErrors(path, () => readFileSync(path, "utf8")),
  );
  if (!read.success) return 0;
  return Object.values(read.output.values).reduce((product, values) => product * values.length, 1);
}
