import { mkdirSync, readdirSync, renameSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import * as v from "valibot";
import { UserError } from "../userError.ts";
import { type Download, NetworkError } from "./download.ts";
import { lastLine, type ProgramOptions, type ProgramResult, runProgram } from "./programs.ts";
import { pythonPrograms } from "./tensorflow/pythons.ts";
import type { InstallWork } from "./work.ts";

/** A wheel as pip resolved it through the person's own configuration. */
export interface Wheel extends Download {
  readonly name: string;
  readonly version: string;
}

const reportForm = v.object({
  install: v.array(
    v.object({
      download_info: v.object({
        url: v.string(),
        archive_info: v.optional(v.object({ hashes: v.optional(v.object({ sha256: v.string() })) })),
      }),
      metadata: v.object({ name: v.string(), version: v.string() }),
    }),
  ),
});

/** Any Python's wheel will do, since only its libraries are used; this one has been built for every platform. */
const wheelPython = "3.11";

const elsewhere =
  "or name a folder with TensorFlow's libraries (policyGradient.tensorflow.libraryFolder, PGI_TENSORFLOW)";

/** pip, as the first Python that has it runs it. It works in `folder`, which is ours and empty. */
export class Pip {
  readonly #python: string;
  readonly #options: ProgramOptions;

  private constructor(python: string, options: ProgramOptions) {
    this.#python = python;
    this.#options = options;
  }

  /** Throws a `UserError` where no Python with pip is found. */
  static async find({ environment, pythons, signal }: InstallWork, folder: string): Promise<Pip> {
    const programs = pythonPrograms(environment, pythons);
    for (const python of programs) {
      const pip = new Pip(python, { environment, folder, signal });
      if ((await pip.#run(["--version"])).code === 0) return pip;
    }
    const what = programs.length === 0 ? "There is no Python" : `There is no pip in ${programs.join(", ")}`;
    throw new UserError(
      "python",
      `${what}, which is needed to find and download TensorFlow.`,
      `Install Python 3.10 or newer with pip, ${elsewhere}.`,
    );
  }

  /** What installing a requirement would download; `withDependencies` follows what it needs. Undefined where pip is too old to say. */
  async resolve(requirement: string, withDependencies: boolean): Promise<Wheel[] | undefined> {
    const result = await this.#run([
      ...["install", "--dry-run", "--quiet", "--ignore-installed", "--report", "-"],
      ...(withDependencies ? [] : ["--no-deps"]),
      ...["--no-user", "--target", join(this.#options.folder, "none"), ...wheelWords, requirement],
    ]);
    if (/no such option: --(dry-run|report)/.test(result.errors)) return undefined;
    if (result.code !== 0) throw pipTrouble(requirement, result);
    return readReport(result.output);
  }

  /** Downloads one wheel with pip itself, which knows proxies, certificates and passwords that we do not. */
  async download(requirement: string, folder: string, onBytes: (bytes: number) => void): Promise<string> {
    const scratch = join(folder, "pip");
    mkdirSync(scratch, { recursive: true });
    const watch = setInterval(() => onBytes(bytesBelow(folder)), 250);
    try {
      const words = ["download", "--quiet", "--no-deps", "--no-cache-dir", "--dest", scratch, ...wheelWords];
      const environment = { ...this.#options.environment, TMPDIR: folder, TEMP: folder, TMP: folder };
      const result = await this.#run([...words, requirement], environment);
      if (result.code !== 0) throw pipTrouble(requirement, result);
    } finally {
      clearInterval(watch);
    }
    const [name] = readdirSync(scratch).filter((entry) => entry.endsWith(".whl"));
    if (name === undefined) throw new UserError("pip", `pip downloaded no wheel of ${requirement}.`);
    const file = join(folder, basename(name));
    renameSync(join(scratch, name), file);
    return file;
  }

  #run(words: readonly string[], environment = this.#options.environment): Promise<ProgramResult> {
    return runProgram(this.#python, ["-m", "pip", "--disable-pip-version-check", ...words], {
      ...this.#options,
      // Nothing is installed into any environment, so that a rule about which may be is no hindrance.
      environment: { ...environment, PIP_REQUIRE_VIRTUALENV: "0" },
    });
  }
}

const wheelWords = ["--only-binary=:all:", "--python-version", wheelPython, "--retries", "2"];

/** Reads pip's installation report. Throws a `UserError` where it is not one, or a file comes without a checksum. */
export function readReport(json: string): Wheel[] {
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), reportForm), json);
  if (!read.success) {
    throw new UserError(
      "pip",
      "pip's report of what to download cannot be read.",
      "Update pip and try again.",
    );
  }
  return read.output.install.map(({ download_info: { url, archive_info }, metadata }) => {
    const digest = archive_info?.hashes?.sha256.toLowerCase() ?? "";
    const title = `${metadata.name} ${metadata.version}`;
    return { ...metadata, title, url, algorithm: "sha256", digest };
  });
}

function pipTrouble(requirement: string, { errors, output }: ProgramResult): UserError {
  const said = `${errors}\n${output}`;
  const reason = lastLine(errors).replace(/^ERROR: /, "") || lastLine(output);
  if (
    /Max retries|Connection|name resolution|ProxyError|SSLError|timed out|Network is unreachable/i.test(said)
  ) {
    return new NetworkError(
      `pip cannot reach its package index for ${requirement}: ${reason}`,
      `Check the network and pip's configuration (pip config list), ${elsewhere}.`,
    );
  }
  if (/No matching distribution/i.test(said)) {
    return new UserError(
      "platform",
      `pip knows no ${requirement} for ${process.platform}-${process.arch}, or cannot reach its package index: ${reason}`,
      `Check the network and pip's configuration (pip config list), ${elsewhere}.`,
    );
  }
  return new UserError("pip", `pip could not find ${requirement}: ${reason}`, `Mend that, ${elsewhere}.`);
}

function bytesBelow(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files.reduce((bytes, name) => {
    const found = statSync(join(folder, name), { throwIfNoEntry: false });
    return bytes + (found?.isFile() ? found.size : 0);
  }, 0);
}
