import { UserError } from "../userError.ts";
import type { UnpackOptions } from "./unpackZip.ts";

const mostBytes = 2e9;

/**
 * Unpacks the wanted files of a gzipped tar archive below a folder, without their first path part ("package/" in npm's
 * archives). Links, devices, names that lead out of the folder and damage are errors.
 */
export async function unpackTar(
  archive: string,
  folder: string,
  { title, wants, signal, onBytes }: UnpackOptions,
): Promise<void> {
  const { extract } = await import("tar");
  let bytes = 0;
  const refuse = (reason: string): never => {
    throw new UserError("archive", `${title} is damaged: ${reason}.`, "Nothing was installed; try again.");
  };
  try {
    await extract({
      file: archive,
      cwd: folder,
      strip: 1,
      strict: true,
      preserveOwner: false,
      filter: (path, entry) => {
        signal.throwIfAborted();
        const isWanted = wants(path.split("/").slice(1).join("/"));
        if (!isWanted || !("type" in entry)) return false;
        if (entry.type !== "File") refuse(`${path} is not a plain file`);
        bytes += entry.size;
        if (bytes > mostBytes) refuse("it would unpack to more than 2 GB");
        onBytes(bytes, bytes);
        return true;
      },
    });
  } catch (error) {
    signal.throwIfAborted();
    const isSystem = error instanceof Error && "syscall" in error;
    if (error instanceof UserError || isSystem) throw error;
    refuse((error as Error).message);
  }
}
