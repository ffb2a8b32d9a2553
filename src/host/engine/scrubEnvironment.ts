const removed = [
  /^NODE_/i,
  /^ELECTRON_/i,
  /^VSCODE_/i,
  /^LD_(PRELOAD|AUDIT)$/i,
  /^DYLD_/i,
  /^(BASH_ENV|ENV|PYTHONSTARTUP|PYTHONINSPECT)$/i,
  /^UV_THREADPOOL_SIZE$/i,
  /^npm_/i,
  /^OPENSSL_(CONF|MODULES|ENGINES)$/i,
  /^SSLKEYLOGFILE$/i,
];

/**
 * The environment for a child process: everything that would change how Node starts or what is
 * loaded into it is left out, whoever set it. `runAsNode` adds what Electron needs to behave as Node.
 */
export function scrubEnvironment(
  environment: NodeJS.ProcessEnv,
  { runAsNode }: { runAsNode: boolean },
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && !removed.some((pattern) => pattern.test(name))) kept[name] = value;
  }
  return runAsNode ? { ...kept, ELECTRON_RUN_AS_NODE: "1" } : kept;
}
