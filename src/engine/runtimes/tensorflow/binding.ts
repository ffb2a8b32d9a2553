import { copyFileSync, existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, isAbsolute, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../../userError.ts";
import { isProgram, onPath, runProgram } from "../programs.ts";
import type { InstallWork } from "../work.ts";
import type { TensorflowLibraries } from "./libraries.ts";

/** Where the binding's C++ and Node's own headers are. */
interface BindingSources {
  /** The folder that holds `binding/`. */
  readonly root: string;
  /** The folder with `node_api.h`. */
  readonly headers: string;
}

/** The folder beside the bundle that the build copies sources, headers and, where one was made, a binding into. */
const shipped = fileURLToPath(new URL("tensorflow-binding", import.meta.url));

function bindingSources(): BindingSources {
  if (existsSync(shipped)) return { root: shipped, headers: join(shipped, "node") };
  const { resolve } = createRequire(import.meta.url);
  const packageFolder = (name: string) => dirname(resolve(`${name}/package.json`));
  return {
    root: packageFolder("@tensorflow/tfjs-node-gpu"),
    headers: join(packageFolder("node-api-headers"), "include"),
  };
}

/** Puts the binding that was shipped for this platform into a file; false where there is none. */
export function takeShippedBinding(file: string): boolean {
  const candidate = join(shipped, `${process.platform}-${process.arch}`, "tfjs_binding.node");
  if (!existsSync(candidate)) return false;
  copyFileSync(candidate, file);
  return true;
}

/** The C++ compiler of this machine: the one that CXX names, else g++, clang++ or c++ on the PATH. */
export function findCompiler(environment: NodeJS.ProcessEnv): string | undefined {
  const named = environment.CXX?.trim();
  if (named && isAbsolute(named) && isProgram(named)) return named;
  return onPath([...(named ? [named] : []), "g++", "clang++", "c++"], environment);
}

/**
 * Compiles the binding into `file`, linked to libraries that it will find in the folder `libraries` beside it. Takes some
 * 8 s. Throws a `UserError` where there is no compiler or it refuses, with its own first complaint.
 */
export async function compileBinding(
  file: string,
  libraries: TensorflowLibraries,
  { environment, signal }: Pick<InstallWork, "environment" | "signal">,
): Promise<void> {
  const compiler = findCompiler(environment);
  if (compiler === undefined) throw noCompiler();
  if (libraries.include === undefined) throw noHeaders(libraries);
  const words = compilerWords(file, libraries, libraries.include, bindingSources());
  const { code, errors } = await runProgram(compiler, words, { folder: dirname(file), environment, signal });
  if (code === 0) return;
  throw new UserError(
    "compiler",
    `${compiler} could not compile TensorFlow's binding: ${complaint(errors)}`,
    "A newer g++ or clang++ may; CXX names the one to use.",
  );
}

function compilerWords(
  file: string,
  libraries: TensorflowLibraries,
  include: string,
  { root, headers }: BindingSources,
): string[] {
  return [
    ...["-O2", "-std=c++17", "-fPIC", "-shared", "-w"],
    // Its messages name files; the folder that they were compiled in is nobody's business.
    `-fmacro-prefix-map=${root}=.`,
    ...["-DNAPI_VERSION=8", "-DNODE_GYP_MODULE_NAME=tfjs_binding"],
    ...["-I", headers, "-I", include, "-I", root],
    ...["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => join(root, "binding", name)),
    ...["-o", file, ...linkWords(libraries)],
  ];
}

/** The libraries of CUDA that TensorFlow opens by name: linked to, they are there already when it asks. */
const cudaLibrary =
  /^lib(cudart|cublasLt|cublas|cufft|curand|cusolver|cusparse|cudnn|nvJitLink|nvrtc|cupti|nccl)\.so\.\d+$/;

function linkWords({ folder, core, framework, cuda }: TensorflowLibraries): string[] {
  if (process.platform === "darwin") {
    const paths = [join(folder, core), join(folder, framework)];
    return [...paths, "-undefined", "dynamic_lookup", "-Wl,-rpath,@loader_path/libraries"];
  }
  const cudaFiles = cuda.flatMap((path) => readdirSync(path).filter((name) => cudaLibrary.test(name)));
  // Not joined by node:path, which would take "libraries/.." away: the link leads to where TensorFlow is.
  const besideLibraries = cuda.map((path) => `$ORIGIN/libraries/${relative(folder, path)}`);
  return [
    ...[folder, ...cuda].map((path) => `-L${path}`),
    ...[core, framework].map((name) => `-l:${name}`),
    ...(cudaFiles.length > 0 ? ["-Wl,--no-as-needed", ...cudaFiles.map((name) => `-l:${name}`)] : []),
    `-Wl,-rpath,${["$ORIGIN/libraries", ...besideLibraries].join(":")}`,
  ];
}

function complaint(errors: string): string {
  const lines = errors.split("\n").filter((line) => line.trim() !== "");
  return (lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? "it said nothing").trim();
}

function noCompiler(): UserError {
  const command = process.platform === "darwin" ? "xcode-select --install" : "sudo apt-get install g++";
  return new UserError(
    "compiler",
    "TensorFlow's binding has to be compiled here, and there is no C++ compiler (g++ or clang++) on the PATH.",
    `Install one (${command}), or name it in CXX; then install again.`,
  );
}

function noHeaders({ folder }: TensorflowLibraries): UserError {
  return new UserError(
    "headers",
    `${folder} has TensorFlow's libraries but not its headers (include/tensorflow/c/c_api.h).`,
    "Name the folder tensorflow of a Python environment, or unpack TensorFlow's whole archive for C.",
  );
}
