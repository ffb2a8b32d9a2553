import { createWriteStream, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { crc32 } from "node:zlib";
import type { Entry, ZipFile } from "yauzl";
import { UserError } from "../userError.ts";
import { requireSpace } from "./disk.ts";

export interface UnpackOptions {
  readonly title: string;
  /** Whether an entry is wanted, by its name inside the archive. */
  readonly wants: (name: string) => boolean;
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number, total: number) => void;
}

const mostEntries = 200_000;
const mostBytes = 12e9;

/**
 * Unpacks the wanted files of a zip archive below a folder. Names that lead out of it, encrypted entries and sizes that do
 * not hold are errors; the archive's own modes and links are not taken over.
 */
export async function unpackZip(archive: string, folder: string, options: UnpackOptions): Promise<void> {
  const { openPromise } = await import("yauzl");
  const zip = await openPromise(archive, { autoClose: false, strictFileNames: true }).catch((error) => {
    throw damaged(options.title, error);
  });
  try {
    const entries = await wantedEntries(zip, options);
    const total = entries.reduce((bytes, { uncompressedSize }) => bytes + uncompressedSize, 0);
    if (total > mostBytes) throw damaged(options.title, new Error("it would unpack to more than 12 GB"));
    requireSpace(folder, total, options.title);
    let done = 0;
    for (const entry of entries) {
      await unpackEntry(zip, entry, folder, options);
      done += entry.uncompressedSize;
      options.onBytes(done, total);
    }
  } finally {
    zip.close();
  }
}

async function wantedEntries(zip: ZipFile, { title, wants, signal }: UnpackOptions): Promise<Entry[]> {
  const entries: Entry[] = [];
  if (zip.entryCount > mostEntries) throw damaged(title, new Error(`it has ${zip.entryCount} entries`));
  try {
    for await (const entry of zip.eachEntry()) {
      signal.throwIfAborted();
      if (!entry.fileName.endsWith("/") && wants(entry.fileName)) entries.push(entry);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw damaged(title, error);
  }
  return entries;
}

/** A symbolic link in a wheel or any other archive made on Unix: its mode says so. */
function isRegular({ externalFileAttributes }: Entry): boolean {
  const kind = (externalFileAttributes >>> 16) & 0o170000;
  return kind === 0 || kind === 0o100000;
}

async function unpackEntry(
  zip: ZipFile,
  entry: Entry,
  folder: string,
  options: UnpackOptions,
): Promise<void> {
  if (!isRegular(entry)) throw damaged(options.title, new Error(`${entry.fileName} is not a plain file`));
  const path = join(folder, entry.fileName);
  mkdirSync(dirname(path), { recursive: true });
  try {
    const content = await zip.openReadStreamPromise(entry);
    const file = createWriteStream(path, { flags: "wx" });
    await pipeline(content, (chunks) => checked(chunks, entry), file, { signal: options.signal });
  } catch (error) {
    options.signal.throwIfAborted();
    // A system error (a full disk) is not the archive's fault.
    throw error instanceof Error && "syscall" in error ? error : damaged(options.title, error);
  }
}

/** The bytes of an entry as they come, and an error at their end where they are not those that were packed. */
async function* checked(chunks: AsyncIterable<Uint8Array>, { crc32: expected, fileName }: Entry) {
  let found = 0;
  for await (const chunk of chunks) {
    found = crc32(chunk, found);
    yield chunk;
  }
  if (found !== expected) throw new Error(`the checksum of ${fileName} does not hold`);
}

function damaged(title: string, error: unknown): UserError {
  const reason = error instanceof Error ? error.message : String(error);
  return new UserError("archive", `${title} is damaged: ${reason}.`, "Nothing was installed; try again.");
}
