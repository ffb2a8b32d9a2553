import { expect, test } from "vitest";
import { scrubEnvironment } from "../../../src/host/engine/scrubEnvironment.ts";

const hostile = {
  NODE_OPTIONS: "--require /tmp/evil.js",
  node_options: "--require /tmp/evil.js",
  NODE_PATH: "/tmp",
  NODE_EXTRA_CA_CERTS: "/tmp/ca",
  NODE_V8_COVERAGE: "/tmp/cover",
  ELECTRON_RUN_AS_NODE: "1",
  ELECTRON_NO_ASAR: "1",
  VSCODE_INSPECTOR_OPTIONS: "{}",
  LD_PRELOAD: "/tmp/evil.so",
  LD_AUDIT: "/tmp/evil.so",
  DYLD_INSERT_LIBRARIES: "/tmp/evil.dylib",
  BASH_ENV: "/tmp/evil.sh",
  OPENSSL_CONF: "/tmp/openssl.cnf",
};
const harmless = { PATH: "/usr/bin", HOME: "/home/me", LANG: "C.UTF-8", LD_LIBRARY_PATH: "/usr/lib/cuda" };

test("everything that changes how Node starts is left out", () => {
  expect(scrubEnvironment({ ...hostile, ...harmless }, { runAsNode: false })).toEqual(harmless);
});

test("Electron is told to behave as Node only where it is the program", () => {
  const scrubbed = scrubEnvironment({ ...hostile, ...harmless }, { runAsNode: true });
  expect(scrubbed).toEqual({ ...harmless, ELECTRON_RUN_AS_NODE: "1" });
});
