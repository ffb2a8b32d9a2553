import { existsSync, mkdirSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { cache } from "../lib/paths.mjs";
import { SetUpError } from "../lib/stage.mjs";
import { ensureBrowser } from "../vscode/browser.ts";

const driver = "vk_swiftshader_icd.json";
const loader = "libvulkan.so.1";

/**
 * The environment in which Vulkan finds SwiftShader, the software driver that comes with Chromium, and its loader; nothing
 * on other systems than Linux, whose own graphics are used. Throws SetUpError where no browser brings one.
 */
export async function softwareVulkan(): Promise<NodeJS.ProcessEnv> {
  if (process.platform !== "linux") return {};
  const browser = await ensureBrowser();
  const folders = [dirname(realpathSync(browser)), "/usr/lib/chromium", "/opt/google/chrome"];
  const home = folders.find((folder) => existsSync(join(folder, driver)));
  if (home === undefined) {
    throw new SetUpError(
      `SwiftShader (${driver}) is not beside ${browser}; on Debian: apt-get install chromium`,
    );
  }
  const runtime = process.env.XDG_RUNTIME_DIR ?? join(cache, "xdg-runtime");
  mkdirSync(runtime, { recursive: true, mode: 0o700 });
  return {
    VK_ICD_FILENAMES: join(home, driver),
    XDG_RUNTIME_DIR: runtime,
    ...(existsSync(join(home, loader)) && { LD_LIBRARY_PATH: loaderFolder(join(home, loader)) }),
  };
}

/** A folder with nothing but the loader in it: the browser's other libraries are not for others. */
function loaderFolder(file: string): string {
  const folder = join(cache, "vulkan-loader");
  mkdirSync(folder, { recursive: true });
  const link = join(folder, loader);
  rmSync(link, { force: true });
  symlinkSync(file, link);
  return folder;
}
