import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onPath, runProgram } from "../programs.ts";

/** The NVIDIA card of this machine: ready, there without a driver that answers, or none. */
export type GraphicsCard =
  | { readonly state: "ready"; readonly name: string }
  | { readonly state: "noDriver" }
  | { readonly state: "none" };

/** Asks the driver for its first card; where it does not answer, looks whether a card is plugged in all the same (Linux). */
export async function nvidiaCard(environment: NodeJS.ProcessEnv, folder: string): Promise<GraphicsCard> {
  const program = onPath(["nvidia-smi"], environment);
  if (program !== undefined) {
    const words = ["--query-gpu=name", "--format=csv,noheader"];
    const { code, output } = await runProgram(program, words, { folder, environment, timeout: 10_000 });
    const name = output.trim().split("\n")[0]?.trim();
    if (code === 0 && name) return { state: "ready", name };
  }
  return isPluggedIn("/sys/bus/pci/devices") || program !== undefined
    ? { state: "noDriver" }
    : { state: "none" };
}

const nvidia = "0x10de";
/** PCI class 0x03: display controllers. */
const display = "0x03";

function isPluggedIn(devices: string): boolean {
  if (!existsSync(devices)) return false;
  return readdirSync(devices).some((device) => {
    const read = (name: string) => readFileSync(join(devices, device, name), "latin1").trim();
    return read("vendor") === nvidia && read("class").startsWith(display);
  });
}
