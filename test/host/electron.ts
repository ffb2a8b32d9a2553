import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { downloadAndUnzipVSCode, runTests } from "@vscode/test-electron";
import { onPath } from "../../scripts/lib/debian.ts";
import { cache } from "../../scripts/lib/paths.mjs";
import { finish } from "../../scripts/lib/stage.mjs";
import { closingLine, fromRunner, type Outcome, skipLines, skippedFor } from "../../scripts/test/outcome.ts";
import { inherit, readOutcome } from "../../scripts/test/runners.ts";
import { ourHostSuite } from "../../scripts/vscode/hostSuite.ts";

const name = "the host suite in a desktop VS Code";

/** The desktop VS Code given by path, else the current one, downloaded into the cache. */
function findElectron(given: string | undefined): Promise<string> {
  return given
    ? Promise.resolve(given)
    : downloadAndUnzipVSCode({ cachePath: join(cache, "vscode-electron") });
}

async function runIn(vscodeExecutablePath: string): Promise<Outcome> {
  const scratch = mkdtempSync(join(tmpdir(), "pgi-electron-"));
  const outcomeFile = join(scratch, "outcome.json");
  const code = await runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: ourHostSuite.extension,
    extensionTestsPath: ourHostSuite.suite,
    extensionTestsEnv: { HOST_SUITE_OUTCOME: outcomeFile },
    launchArgs: [
      scratch,
      "--disable-extensions",
      "--disable-workspace-trust",
      "--no-sandbox",
      `--user-data-dir=${join(scratch, "user")}`,
    ],
  }).catch(() => 1);
  const outcome = fromRunner(code, readOutcome(outcomeFile));
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  return outcome;
}

async function outcome(given: string | undefined): Promise<Outcome> {
  if (!hasDisplay()) {
    return skippedFor(name, "there is no display and no xvfb-run (apt-get install xvfb) to make one");
  }
  const found = await findElectron(given).catch((error: Error) => error);
  return found instanceof Error
    ? skippedFor(name, `its download is out of reach (${found.message})`)
    : runIn(found);
}

function hasDisplay(): boolean {
  return process.platform !== "linux" || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);
}

/** `npm run test:electron -- [PATH]`: PATH is the executable of a desktop VS Code, downloaded where absent. */
async function main(args: readonly string[]): Promise<number> {
  const xvfb = onPath(["xvfb-run"]);
  if (!hasDisplay() && xvfb) return inherit(xvfb, ["-a", process.execPath, import.meta.filename, ...args]);
  const result = await outcome(args[0]);
  for (const line of skipLines(result.skipped)) console.log(line);
  console.log(closingLine(result));
  return result.failed > 0 ? 1 : 0;
}

await finish(main(process.argv.slice(2)));
