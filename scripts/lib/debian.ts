import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { mustRun } from "./processes.mjs";
import { SetUpError, stage } from "./stage.mjs";

/** The path of the first of `names` that is on PATH. */
export function onPath(names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const ends = process.platform === "win32" ? [".exe", ".cmd", ""] : [""];
  const candidates = names.flatMap((name) =>
    folders.flatMap((folder) => ends.map((end) => join(folder, name + end))),
  );
  return candidates.find((candidate) => existsSync(candidate));
}

/** Installs Debian packages where that can be done unasked: as root, with apt-get. Otherwise throws with what to do. */
export async function aptInstall(packages: readonly string[], why: string): Promise<void> {
  const command = `apt-get install ${packages.join(" ")}`;
  if (!onPath(["apt-get"]) || process.getuid?.() !== 0) {
    throw new SetUpError(`${why} is missing. On Debian and Ubuntu: sudo ${command}`);
  }
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = ["install", "--yes", "--no-install-recommends", ...packages];
  await stage(`${why} (${command})`, async () => {
    await mustRun("apt-update", "apt-get", ["update"], { env });
    await mustRun("apt-install", "apt-get", install, { env });
  });
}
