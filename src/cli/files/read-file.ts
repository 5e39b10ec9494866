import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync, statSync, type Stats } from "node:fs";
import { resolve, sep } from "node:path";
import { firstUtf8Error, placeInBytes } from "../../core/json/utf8-error.ts";
import { CommandFailure, EXIT, type Shell, systemReason } from "../shell.ts";

/** The descriptors this process was given: whoever named one knows what is at its other end. */
const DESCRIPTOR = /^\/(?:dev|proc\/self)\/fd\/(\d{1,6})$/;
/** Never waits: a named pipe without a writer would hang an ordinary open. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Whether a path of the command line is standard input: `-`, or one of the system's names of it. */
export function isStandardInput(path: string, cwd: string): boolean {
  if (path === "-") return true;
  const absolute = resolve(cwd, path);
  return absolute === "/dev/stdin" || DESCRIPTOR.exec(absolute)?.[1] === "0";
}

/** The text of a file or of standard input. What cannot be read is a wrong call. */
export async function textIn(path: string, shell: Pick<Shell, "cwd" | "stdin">): Promise<string> {
  return isStandardInput(path, shell.cwd) ? shell.stdin() : textOfFile(path, shell.cwd);
}

/** The text of a file somebody named. What cannot be read is a wrong call, and what might never end is not begun. */
export function textOfFile(path: string, cwd: string): string {
  const absolute = resolve(cwd, path);
  const descriptor = absolute === "/dev/stdin" ? "0" : DESCRIPTOR.exec(absolute)?.[1];
  try {
    return utf8Text(descriptor === undefined ? bytesOf(absolute) : readFileSync(Number(descriptor)), path);
  } catch (thrown) {
    if (thrown instanceof CommandFailure) throw thrown;
    const code = thrown instanceof IrregularFile ? "FILE_NOT_REGULAR" : "FILE_UNREADABLE";
    throw new CommandFailure(`${path}: ${thrown instanceof IrregularFile ? thrown.message : systemReason(thrown)}`, {
      exitCode: EXIT.usage,
      code,
      cause: thrown,
      ...(code === "FILE_NOT_REGULAR" ? { hint: "name a regular file, or - for standard input" } : {}),
    });
  }
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes as text. Whatever is no UTF-8 is a wrong call: read otherwise, it would become another text. */
export function utf8Text(bytes: Uint8Array, name: string): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    const { line, column } = placeInBytes(bytes, firstUtf8Error(bytes) ?? 0);
    const hint = "save it as UTF-8";
    throw new CommandFailure(`${name}:${line}:${column}: this is no UTF-8`, { exitCode: EXIT.usage, hint, cause });
  }
}

/** The bytes of a regular file; null for whatever is none, is longer than `maxBytes`, is not there or may not be read. */
export function bytesIfThere(absolute: string, maxBytes = Number.POSITIVE_INFINITY): Buffer | null {
  try {
    const stats = statSync(absolute, { throwIfNoEntry: false });
    return stats?.isFile() === true && stats.size <= maxBytes ? bytesOf(absolute) : null;
  } catch {
    return null;
  }
}

/** The same as text. */
export const textIfThere = (absolute: string, maxBytes?: number): string | null =>
  bytesIfThere(absolute, maxBytes)?.toString("utf8") ?? null;

/** Where something in a folder really is; null when it is not there, or when the path or a link leads out of the folder. */
export function realInside(folder: string, file: string): string | null {
  try {
    const root = realpathSync(folder);
    const real = realpathSync(resolve(root, file));
    return real.startsWith(root === sep ? sep : root + sep) ? real : null;
  } catch {
    return null;
  }
}

/** What is no regular file: reading it might wait for ever, never end, or do something. */
class IrregularFile extends Error {}

/** The bytes of a regular file. Throws the system's error, or an IrregularFile. */
function bytesOf(absolute: string): Buffer {
  // Asked first, because opening some devices does something.
  refuseIrregular(statSync(absolute));
  const file = openSync(absolute, FLAGS);
  try {
    refuseIrregular(fstatSync(file));
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

function refuseIrregular(stats: Stats): void {
  if (!stats.isFile()) throw new IrregularFile(`it is ${kindOf(stats)}, and is not read`);
}

/** What something that is no regular file is. */
export function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a folder";
  if (stats.isFIFO()) return "a named pipe";
  if (stats.isSocket()) return "a socket";
  return stats.isSymbolicLink() ? "a symbolic link" : "a device";
}
