import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/*
 * What a runner reads and writes on its machine: its own temporary folders, which nobody else may change, and what the
 * system tells of processes. None of it is a file that a user named.
 */

/** A folder for a runner's attempts. Processes of another user pass through it, and see nothing of it. */
export function runnerFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "onex-runner-"));
  chmodSync(folder, 0o711);
  return folder;
}

/** A folder for one attempt, which a process of another user may read. */
export function attemptFolder(within: string): string {
  const folder = mkdtempSync(join(within, "item-"));
  chmodSync(folder, 0o755);
  return folder;
}

export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });

export function writeCode(file: string, code: string): void {
  writeFileSync(file, code, { mode: 0o644 });
  chmodSync(file, 0o644);
}

/** A file that this user alone may read. */
export const writeSecret = (file: string, text: string): void => writeFileSync(file, text, { mode: 0o600 });

/** The secret in a file, without the line break at its end; undefined where there is none. */
export function secretFile(folder: string, name: string): string | undefined {
  try {
    return readFileSync(join(folder, name), "utf8").replace(/\r?\n$/, "");
  } catch {
    return undefined;
  }
}

/** With a descriptor from which nothing comes. */
export function withEmptyFile<T>(use: (descriptor: number) => T): T {
  const descriptor = openSync("/dev/null", "r");
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export const cacheFolder = (folder: string): void => void mkdirSync(folder, { recursive: true, mode: 0o755 });

export const moveFolder = (from: string, to: string): void => renameSync(from, to);

export const linkTarget = (path: string): string => readlinkSync(path);

/** What the system tells of a process; empty when it is gone or another's. */
export function processFile(pid: number | string, name: "stat" | "environ"): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return "";
  }
}
