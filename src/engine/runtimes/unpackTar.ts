import { UserError } from "../userError.ts";
import type { UnpackOptions } from "./unpackZip.ts";

const mostBytes = 2e9;

/**
 * Unpacks the wanted files of a gzipped tar archive below a folder, without their first path part ("package/" in npm's
 * archives). The archive is read twice: links, devices, damage and too much of it are errors before anything is written.
 */
export async function unpackTar(
  archive: string,
  folder: string,
  { title, wants, signal, onBytes }: UnpackOptions,
): Promise<void> {
  const { extract } = await import("tar");
  const isWanted = (path: string) => wants(path.split("/").slice(1).join("/"));
  try {
    const total = await look(archive, isWanted);
    signal.throwIfAborted();
    await extract({
      file: archive,
      cwd: folder,
      strip: 1,
      strict: true,
      preserveOwner: false,
      filter: (path, entry) => isWanted(path) && "type" in entry && entry.type === "File",
    });
    onBytes(total, total);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error && "syscall" in error) throw error;
    const reason = (error as Error).message;
    throw new UserError("archive", `${title} is damaged: ${reason}.`, "Nothing was installed; try again.");
  }
}

/** Bytes of the wanted files of a whole archive; rejects where one of them is no plain file, or they are too many. */
async function look(archive: string, isWanted: (path: string) => boolean): Promise<number> {
  const { list } = await import("tar");
  const strange: string[] = [];
  let bytes = 0;
  await list({
    file: archive,
    strict: true,
    onReadEntry: ({ path, type, size }) => {
      if (type === "Directory" || !isWanted(path)) return;
      if (type !== "File" || path.split("/").includes("..")) strange.push(path);
      bytes += size;
    },
  });
  if (strange.length > 0) throw new Error(`${strange[0]} is not a plain file`);
  if (bytes > mostBytes) throw new Error("it would unpack to more than 2 GB");
  return bytes;
}
