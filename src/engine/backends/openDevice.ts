import { installCommand } from "../runtimes/findRuntime.ts";
import type { PresentRuntime } from "../runtimes/runtime.ts";
import { UserError } from "../userError.ts";
import type { DeviceBackend } from "./deviceBackend.ts";

/** Opens the library of a runtime. Throws UserError "backend" where it does not load, "no_device" where it finds no device. */
export async function openDevice(runtime: PresentRuntime): Promise<DeviceBackend> {
  // In a file of its own in dist, read when a device is first wanted.
  const { openTensorflow, openWebGpu } = await import("./tfjs/main.ts");
  try {
    return runtime.name === "tensorflow"
      ? await openTensorflow(runtime.entry)
      : await openWebGpu(runtime.entry, runtime.version);
  } catch (error) {
    throw explained(runtime, error instanceof Error ? error.message : String(error));
  }
}

/** What a loader's message means, and the next step. */
const meanings: readonly {
  readonly form: RegExp;
  readonly says: string;
  readonly hint: string | undefined;
  readonly code?: string;
}[] = [
  {
    form: /no adapter/i,
    says: "no graphics driver offers a device",
    hint: "Install the GPU's driver (Vulkan on Linux), or train with --backend kernels.",
    code: "no_device",
  },
  {
    form: /invalid ELF header|wrong ELF class|not a valid Win32|incompatible architecture|mach-o/i,
    says: "it was made for another platform",
    hint: undefined,
  },
  {
    form: /cannot open shared object|image not found|Library not loaded|specified module could not be found/i,
    says: "a library that it needs is not there",
    hint: undefined,
  },
  {
    form: /file too short|undefined symbol|self-register/i,
    says: "it is damaged, or of another version than its libraries",
    hint: undefined,
  },
];

function explained({ name, entry }: PresentRuntime, message: string): UserError {
  const meaning = meanings.find(({ form }) => form.test(message));
  const library = /^(lib\S+): cannot open/.exec(message)?.[1];
  const said = library === undefined ? meaning?.says : `${library}, which it needs, is not there`;
  const reason = said ?? message.split("\n")[0]?.replace(/\.$/, "") ?? "it does not load";
  return new UserError(
    meaning?.code ?? "backend",
    `The backend ${name} cannot be used: ${reason} (${entry}).`,
    meaning?.hint ?? `Install it again with ${installCommand(name)}, or train with --backend kernels.`,
  );
}
