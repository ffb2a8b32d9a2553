import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { UserError } from "../userError.ts";
import { type Download, NetworkError } from "./download.ts";
import { lastLine, onPath, type ProgramResult, runProgram } from "./programs.ts";
import type { InstallWork } from "./work.ts";

const distForm = v.object({
  tarball: v.pipe(v.string(), v.url()),
  integrity: v.pipe(v.string(), v.regex(/^sha512-[A-Za-z0-9+/]{86}==$/)),
});

/** npm, as it is configured for this person. It works in `folder`, which is ours and empty. */
export class Npm {
  readonly #program: string;
  readonly #folder: string;
  readonly #work: InstallWork;

  /** Throws a `UserError` where there is no npm. */
  constructor(work: InstallWork, folder: string) {
    const program = onPath(["npm"], work.environment);
    if (program === undefined) {
      throw new UserError(
        "npm",
        "There is no npm on the PATH, which is needed to find and download WebGPU.",
        "Install Node with npm (nodejs.org), then install again.",
      );
    }
    this.#program = program;
    this.#folder = folder;
    this.#work = work;
  }

  /** Where a package's archive is, and its checksum. */
  async resolve(name: string, version: string): Promise<Download> {
    const title = `${name} ${version}`;
    const result = await this.#run(["view", `${name}@${version}`, "dist", "--json"]);
    if (result.code !== 0) throw npmTrouble(title, result);
    const read = v.safeParse(v.pipe(v.string(), v.parseJson(), distForm), result.output);
    if (!read.success) {
      throw new UserError("npm", `npm's answer about ${title} cannot be read.`, "Update npm and try again.");
    }
    const { tarball, integrity } = read.output;
    const digest = Buffer.from(integrity.slice("sha512-".length), "base64").toString("hex");
    return { title, url: tarball, algorithm: "sha512", digest };
  }

  /** Downloads a package's archive with npm itself, which knows proxies and passwords that we do not. */
  async download(name: string, version: string): Promise<string> {
    const result = await this.#run(["pack", `${name}@${version}`, "--pack-destination", this.#folder]);
    if (result.code !== 0) throw npmTrouble(`${name} ${version}`, result);
    const file = readdirSync(this.#folder).find((entry) => entry.endsWith(".tgz"));
    if (file === undefined) throw new UserError("npm", `npm downloaded no ${name} ${version}.`);
    return join(this.#folder, file);
  }

  #run(words: readonly string[]): Promise<ProgramResult> {
    const { environment, signal } = this.#work;
    return runProgram(this.#program, [...words, "--loglevel=error", "--fetch-retries=1"], {
      folder: this.#folder,
      environment,
      signal,
    });
  }
}

function npmTrouble(title: string, { errors, output }: ProgramResult): UserError {
  const lines = errors.split("\n").filter((line) => /^npm error/.test(line) && !/complete log/.test(line));
  const reason = lines.find((line) => !/^npm error code/.test(line))?.replace(/^npm error /, "");
  const words = reason ?? lastLine(errors || output);
  if (/ENOTFOUND|ECONN|ETIMEDOUT|EAI_AGAIN|network/i.test(errors)) {
    return new NetworkError(
      `npm cannot reach its registry for ${title}: ${words}`,
      "Check the network and npm's configuration (npm config list), then install again.",
    );
  }
  return new UserError("npm", `npm could not find ${title}: ${words}`, "Mend that, then install again.");
}
