import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join, relative } from "node:path";

const WINDOWS = process.platform === "win32";

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export const executableName = (name: string): string => (WINDOWS ? `${name}.exe` : name);

export const expandHome = (path: string): string =>
  path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path;

/** Every file of this name on PATH. Relative entries are skipped: they mean another file in each folder. */
export function onPath(name: string): string[] {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .filter(isAbsolute)
    .map((folder) => join(folder, executableName(name)))
    .filter(isProgram);
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function contains(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === "" || (!way.startsWith("..") && !isAbsolute(way));
}

/** Whether a path lies in one of the folders, by its name or by what it points to. */
export function inside(folders: readonly string[], path: string): boolean {
  return folders.some((folder) => contains(folder, path) || contains(real(folder), real(path)));
}
