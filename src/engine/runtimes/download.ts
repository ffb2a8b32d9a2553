import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { UserError } from "../userError.ts";
import { formatBytes } from "./work.ts";

/** A file to fetch; what arrives has to have this digest (lower-case hex). */
export interface Download {
  readonly title: string;
  readonly url: string;
  readonly algorithm: "sha256" | "sha512";
  readonly digest: string;
}

export interface DownloadOptions {
  readonly signal: AbortSignal;
  /** Called with the bytes there are so far, and the size where the other end has told it. */
  readonly onBytes: (bytes: number, size: number | undefined) => void;
}

/** The other end cannot be reached, or refuses: another way to the same file may work. */
export class NetworkError extends UserError {
  constructor(message: string, hint: string) {
    super("network", message, hint);
    this.name = "NetworkError";
  }
}

const mostBytes = 8e9;
/** Attempts in a row that bring nothing. */
const patience = 4;

/**
 * Fetches a file by http(s) or from the disk, going on where a broken connection stopped, and checks its digest as it
 * arrives. Throws `NetworkError` where it cannot be had, `UserError` "checksum" where it is not the file that was asked for.
 */
export async function download(item: Download, file: string, options: DownloadOptions): Promise<void> {
  const handle = await open(file, "w");
  try {
    const arrival = new Arrival(item, handle, options);
    if (item.url.startsWith("file:")) await arrival.takeAll(createReadStream(fileURLToPath(item.url)));
    else await fetchAll(item, arrival, options.signal);
    arrival.check();
  } finally {
    await handle.close();
  }
}

/** What has arrived of a download: written, counted and hashed in one go. */
class Arrival {
  readonly #item: Download;
  readonly #handle: FileHandle;
  readonly #options: DownloadOptions;
  #hash: Hash;
  bytes = 0;
  size: number | undefined;

  constructor(item: Download, handle: FileHandle, options: DownloadOptions) {
    this.#item = item;
    this.#handle = handle;
    this.#options = options;
    this.#hash = createHash(item.algorithm);
  }

  async takeAll(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of chunks) {
      this.#options.signal.throwIfAborted();
      if (this.bytes + chunk.length > Math.min(mostBytes, this.size ?? mostBytes)) {
        throw new UserError("checksum", `${this.#item.title} is larger than it was said to be.`, again);
      }
      // Positions are explicit: a short write or a second attempt cannot shift what follows.
      await this.#handle.write(chunk, 0, chunk.length, this.bytes);
      this.#hash.update(chunk);
      this.bytes += chunk.length;
      this.#options.onBytes(this.bytes, this.size);
    }
  }

  async restart(): Promise<void> {
    await this.#handle.truncate(0);
    this.#hash = createHash(this.#item.algorithm);
    this.bytes = 0;
  }

  check(): void {
    const { title, algorithm, digest } = this.#item;
    const found = this.#hash.digest("hex");
    if (found === digest) return;
    throw new UserError(
      "checksum",
      `${title} did not arrive as it was sent: its ${algorithm} is ${found.slice(0, 16)}…, not ${digest.slice(0, 16)}… (${formatBytes(this.bytes)}).`,
      again,
    );
  }
}

const again = "Nothing was installed; try again.";

async function fetchAll(item: Download, arrival: Arrival, signal: AbortSignal): Promise<void> {
  let idle = 0;
  for (;;) {
    const before = arrival.bytes;
    const trouble = await attempt(item, arrival, signal);
    if (trouble === undefined) return;
    idle = arrival.bytes > before ? 0 : idle + 1;
    if (idle >= patience || trouble.final) throw refusal(item, arrival, trouble.reason);
  }
}

interface Trouble {
  readonly reason: string;
  /** Another attempt would end the same way. */
  readonly final: boolean;
}

async function attempt(item: Download, arrival: Arrival, signal: AbortSignal): Promise<Trouble | undefined> {
  try {
    const headers = arrival.bytes > 0 ? { range: `bytes=${arrival.bytes}-` } : {};
    const response = await fetch(item.url, { signal, headers });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      return { reason: `the answer was ${response.status}`, final: response.status < 500 };
    }
    if (response.status !== 206 && arrival.bytes > 0) await arrival.restart();
    arrival.size = sizeOf(response, arrival.bytes);
    await arrival.takeAll(response.body);
    const isWhole = arrival.size === undefined || arrival.bytes === arrival.size;
    return isWhole ? undefined : { reason: "the connection ended early", final: false };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof UserError || isFromDisk(error)) throw error;
    return { reason: causeOf(error), final: false };
  }
}

function sizeOf(response: Response, bytesBefore: number): number | undefined {
  const length = Number(response.headers.get("content-length") ?? Number.NaN);
  const isEncoded = response.headers.get("content-encoding") !== null;
  return Number.isSafeInteger(length) && !isEncoded ? bytesBefore + length : undefined;
}

function isFromDisk(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && "code" in error && error.syscall === "write";
}

const causes: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody answers there",
  ECONNRESET: "the connection broke",
  ENOTFOUND: "its host is not known here",
  EAI_AGAIN: "names cannot be looked up",
  UND_ERR_SOCKET: "the connection broke",
  UND_ERR_CONNECT_TIMEOUT: "nobody answers there",
};

/** `fetch` says "fetch failed" and keeps the reason in its cause. */
function causeOf(error: unknown): string {
  const cause = (error as { cause?: { code?: unknown; message?: unknown } }).cause;
  const code = String(cause?.code || "");
  return causes[code] ?? String(code || cause?.message || (error as Error).message);
}

function refusal({ title }: Download, { bytes, size }: Arrival, reason: string): NetworkError {
  const part = bytes === 0 ? "" : ` after ${formatBytes(bytes)}${size ? ` of ${formatBytes(size)}` : ""}`;
  return new NetworkError(
    `${title} could not be downloaded${part}: ${reason}.`,
    "Check the network and the proxy settings, then try again; nothing was installed.",
  );
}
