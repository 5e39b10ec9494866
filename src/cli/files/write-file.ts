import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join, parse, relative, resolve, sep } from "node:path";
import { CommandFailure, type FileCode, systemReason } from "../shell.ts";
import { kindOf } from "./read-file.ts";

/**
 * Everything the command writes to disk is written here, to the very place that was named: no symbolic link is followed,
 * at the place itself or on the way to it, so nothing outside of what was named is ever changed.
 */

export interface WriteOptions {
  /** From where on no folder on the way may be a link. Default: the folder the file is in, which is taken as it is. */
  readonly root?: string;
  /** The mode, whatever it was before. */
  readonly mode?: number;
}

/**
 * Replaces a file's content, or makes the file. A reader sees the old text or the new one, never a part: the text is
 * written beside the file and takes its name when it is complete. The file's mode is kept.
 */
export function writeFileWhole(path: string, content: string | Uint8Array, options: WriteOptions = {}): void {
  const { root = dirname(path) } = options;
  const known = placeFor(path, root);
  if (known !== undefined && !known.isFile()) {
    throw refusal("FILE_NOT_REGULAR", `${path} is ${kindOf(known)}, and is not replaced`);
  }
  const mode = options.mode ?? known?.mode;
  const draft = draftIn(dirname(path));
  attempt(path, () => {
    try {
      writeNew(draft, content, mode === undefined ? 0o666 : mode & 0o7777);
      // The mode of a new file is cut by the process's mask; that of a replaced one is not.
      if (mode !== undefined) chmodSync(draft, mode & 0o7777);
      renameSync(draft, path);
    } catch (thrown) {
      rmSync(draft, { force: true });
      throw thrown;
    }
  });
}

/** Makes a folder and those above it, as far as they are not there. */
export function makeFolder(path: string, root: string): void {
  const known = placeFor(path, root);
  if (known?.isDirectory() === true) return;
  attempt(path, () => mkdirSync(path, { recursive: true }));
}

/**
 * Makes a folder with these files, by their paths in it: all of them or none. Whatever is at the path already stays as it
 * is and refuses, but for an empty folder where one may be there.
 */
export function makeFolderWith(
  path: string,
  files: Readonly<Record<string, string>>,
  root: string,
  { mayBeEmpty = false }: { readonly mayBeEmpty?: boolean } = {},
): void {
  const known = placeFor(path, root);
  if (known !== undefined && !(mayBeEmpty && known.isDirectory())) {
    throw new CommandFailure(`${path} exists already and is left as it is`, {
      code: "FILE_UNWRITABLE",
      hint: "choose another name or place",
    });
  }
  makeFolder(dirname(path), root);
  const draft = draftIn(dirname(path));
  attempt(path, () => {
    try {
      mkdirSync(draft);
      for (const [name, text] of Object.entries(files)) {
        const file = placeBelow(draft, name);
        mkdirSync(dirname(file), { recursive: true });
        writeNew(file, text, 0o666);
      }
      renameSync(draft, path);
    } catch (thrown) {
      rmSync(draft, { recursive: true, force: true });
      throw thrown;
    }
  });
}

/** Whether anything is at the path. Refuses links on the way. */
export const isThere = (path: string, root: string): boolean => placeFor(path, root) !== undefined;

/** Makes a small file that must not be there yet; false when it is. */
export function claimFile(path: string, content: string): boolean {
  return attempt(path, () => {
    try {
      writeFileSync(path, content, { flag: "wx" });
      return true;
    } catch (thrown) {
      if (thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST") return false;
      rmSync(path, { force: true });
      throw thrown;
    }
  });
}

/** Removes a file or a link, not what it leads to. */
export const removeFile = (path: string): void => attempt(path, () => rmSync(path, { force: true }));

/** Gives a file or a link another name in its own folder. */
export const renameFile = (path: string, name: string): void =>
  attempt(path, () => renameSync(path, join(dirname(path), name)));

/** The folder that somebody's path is to be held to: where it and the working folder part. */
export function rootFor(path: string, cwd: string): string {
  const way = relative(cwd, resolve(cwd, path)).split(sep);
  const up = way.findIndex((part) => part !== "..");
  return resolve(cwd, ...way.slice(0, up === -1 ? way.length : up));
}

/** Refuses a path that is a link or leads through one below the root. */
export const refuseLinks = (path: string, root: string): void => void placeFor(path, root);

/** What is at the path, undefined when nothing is. Refuses links, from the root to the path itself. */
function placeFor(path: string, root: string): Stats | undefined {
  const inside = relative(root, path);
  if (inside === ".." || inside.startsWith(`..${sep}`) || resolve(root, inside) !== resolve(path)) {
    throw refusal("FILE_IS_LINK", `${path} is outside of ${root}`);
  }
  let at = resolve(root);
  let stats: Stats | undefined;
  for (const part of inside.split(sep).filter((one) => one !== "")) {
    const above = at;
    at = join(at, part);
    stats = statsOf(at);
    // At the top of a file system links are the system's own: /tmp is one on some.
    if (stats?.isSymbolicLink() === true && (at === path || above !== parse(at).root)) {
      throw refusal("FILE_IS_LINK", `${at} is a symbolic link, and nothing is written through it`, {
        hint: "name the place it leads to",
      });
    }
  }
  return inside === "" ? statsOf(at) : stats;
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (thrown) {
    throw refusal("FILE_UNWRITABLE", `${path} cannot be written: ${systemReason(thrown)}`, { cause: thrown });
  }
}

/** A file in a folder of ours: a path that leads out of it is refused. */
function placeBelow(folder: string, name: string): string {
  const file = resolve(folder, name);
  if (file.startsWith(folder + sep)) return file;
  throw refusal("FILE_IS_LINK", `${name} is outside of its folder`);
}

const draftIn = (folder: string): string => join(folder, `.onex-${randomBytes(6).toString("hex")}.tmp`);

function writeNew(path: string, content: string | Uint8Array, mode: number): void {
  const file = openSync(path, "wx", mode);
  try {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw refusal("FILE_UNWRITABLE", `${path} cannot be written: ${systemReason(thrown)}`, { cause: thrown });
  }
}

const refusal = (
  code: FileCode,
  message: string,
  rest: { readonly hint?: string; readonly cause?: unknown } = {},
): CommandFailure => new CommandFailure(message, { code, ...rest });
