import { posix } from "node:path";
import { type Import, importsOf } from "./imports.ts";
import { type Room, rooms } from "./rooms.ts";

/** Source texts by path relative to the root, with forward slashes. */
export type Sources = ReadonlyMap<string, string>;

/** An import that the house does not allow. */
export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** The name of the room that a file is in; undefined for a file in no room. */
export function roomOf(file: string): string | undefined {
  const names = Object.keys(rooms).filter((name) => contains(rooms[name]!, file));
  return names.sort((a, b) => rooms[b]!.path.length - rooms[a]!.path.length)[0];
}

function contains({ path }: Room, file: string): boolean {
  return path.endsWith("/") ? file.startsWith(path) : file === path;
}

/** All imports in `sources` that go where their room may not, and files that are in no room. */
export function violations(sources: Sources): readonly Violation[] {
  return [...sources].flatMap(([file, source]) => {
    const name = roomOf(file);
    if (!name) return [{ file, line: 1, message: "is in no room; scripts/arrows/rooms.ts lists them" }];
    const forbidden = importsOf(source).flatMap((one) => {
      const message = complaint(name, file, one);
      return message ? [{ file, line: one.line, message }] : [];
    });
    return [...forbidden, ...forbiddenReach(name, file, sources)];
  });
}

function complaint(name: string, file: string, { specifier }: Import): string | undefined {
  const room = rooms[name]!;
  if (specifier === undefined)
    return room.node ? undefined : `${name} may not import what is computed at run time`;
  if (specifier.startsWith(".")) return arrowComplaint(name, target(file, specifier));
  if (specifier.startsWith("node:"))
    return room.node ? undefined : `${name} may not import Node (${specifier})`;
  return allowsPackage(room, specifier) ? undefined : `${name} may not import the package ${specifier}`;
}

function arrowComplaint(name: string, file: string): string | undefined {
  const other = roomOf(file);
  if (other === undefined) {
    return isOutside(name) || file === "package.json"
      ? undefined
      : `${name} imports ${file}, which is in no room`;
  }
  if (other === name || rooms[name]!.mayImport.includes(other)) return undefined;
  return `${name} may not import ${other} (${file})`;
}

/** Rooms that are about the repository, and may read its other files. */
function isOutside(name: string): boolean {
  return ["bench", "scripts", "test", "test/host"].includes(name);
}

function allowsPackage({ packages }: Room, specifier: string): boolean {
  return packages.some((name) => {
    if (name === "*") return specifier !== "vscode" && specifier !== "mocha";
    if (name.endsWith("/*")) return specifier.startsWith(name.slice(0, -1));
    return specifier === name || specifier.startsWith(`${name}/`);
  });
}

function target(file: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(file), specifier.replace(/\?.*$/, "")));
}

/** The imports of a file through which it reaches, at run time, what its room must not. */
function forbiddenReach(name: string, file: string, sources: Sources): readonly Violation[] {
  const forbidden = rooms[name]!.neverReaches;
  if (!forbidden) return [];
  return runtimeImports(file, sources).flatMap(({ path, line }) => {
    const reached = reachable(path, sources).find((other) => forbidden.test(other));
    return reached ? [{ file, line, message: `${name} must not reach ${reached} (through ${path})` }] : [];
  });
}

function runtimeImports(file: string, sources: Sources): readonly { path: string; line: number }[] {
  return importsOf(sources.get(file) ?? "").flatMap(({ specifier, isType, line }) =>
    !isType && specifier?.startsWith(".") ? [{ path: target(file, specifier), line }] : [],
  );
}

/** `start` and all files that it imports at run time, directly or not. */
function reachable(start: string, sources: Sources): readonly string[] {
  const seen = new Set([start]);
  for (const file of seen) for (const { path } of runtimeImports(file, sources)) seen.add(path);
  return [...seen];
}
