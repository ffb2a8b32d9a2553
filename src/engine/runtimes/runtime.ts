/** A library that a policy can compute on and that is brought on demand. */
export type RuntimeName = "tensorflow" | "webgpu";

export const runtimeNames: readonly RuntimeName[] = ["tensorflow", "webgpu"];

/** Whose libraries a runtime uses: unpacked into our own folder, a Python environment's, or those of a folder that a setting names. */
export type RuntimeSource = "storage" | "python" | "setting";

/** A runtime that was installed, proved by a computation, and is still in its place. */
export interface PresentRuntime {
  readonly present: true;
  readonly name: RuntimeName;
  /** The library's own version, e.g. "2.21.0". */
  readonly version: string;
  readonly source: RuntimeSource;
  /** The folder that holds the libraries, absolute. */
  readonly folder: string;
  /**
   * What to load, absolute. `tensorflow`: the compiled `tfjs_binding.node`, for `require`; it finds its libraries through an
   * rpath of its own, so neither LD_LIBRARY_PATH nor a restart is needed. `webgpu`: the package's `index.js`, for `import`.
   */
  readonly entry: string;
  /** What computed when it was installed, e.g. "CPU" or "NVIDIA H100"; the backend tells what computes now. */
  readonly device: string;
}

/** A runtime that cannot be used: what is missing, in words, and the command that mends it. */
export interface MissingRuntime {
  readonly present: false;
  readonly name: RuntimeName;
  readonly missing: string;
  readonly mend: string;
}

export type Runtime = PresentRuntime | MissingRuntime;

/** Where runtimes are looked for and put. `runtimePlaces` reads it from a process's environment. */
export interface RuntimePlaces {
  /** Folders of installed runtimes, best first; the first is installed into. */
  readonly folders: readonly string[];
  /** A folder with TensorFlow's libraries that the person named, or undefined. */
  readonly libraryFolder?: string | undefined;
}
