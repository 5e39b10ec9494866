import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { type DebugLog, emitLog, parseLog } from "../../core/debug-log/debug-log.ts";
import type { Quarter, Week } from "../../core/debug-log/week.ts";
import { bytesIfThere, textIfThere } from "../files/read-file.ts";
import { isThere } from "../files/walk.ts";
import { claimFile, makeFolder, removeFile, rootFor, writeFileWhole } from "../files/write-file.ts";
import { CommandFailure } from "../shell.ts";

/** A log in its file. */
export interface StoredLog {
  readonly path: string;
  readonly log: DebugLog;
}

/** The debug logs of a folder: a file a week, and below `archive` a compressed file a quarter. */
export interface LogFolder {
  weekPath(week: Week): string;
  archivePath(quarter: Quarter): string;
  /** Null when there is no such log. */
  read(path: string): DebugLog | null;
  write(path: string, log: DebugLog): void;
  remove(path: string): void;
  weekly(): readonly StoredLog[];
  archived(): readonly StoredLog[];
  /** Runs work that writes; two commands at once are refused, because each would lose what the other wrote. */
  locked<T>(work: () => T): T;
}

const WEEKLY = /^debug_log_\d{4}-W\d{2}\.md$/;
const ARCHIVED = /^debug_log_Q[1-4]_\d{4}\.md\.gz$/;
const LOCK = ".debug_log.lock";
/** A small file may say of itself that it is endless. */
const MAX_ARCHIVE_BYTES = 256 * 1024 * 1024;

/** The logs below an absolute path. `cwd` is what printed paths are relative to. */
export function logFolder(folder: string, cwd: string): LogFolder {
  const archive = join(folder, "archive");
  const root = rootFor(folder, cwd);
  const shown = (path: string): string => relative(cwd, path) || path;
  const read = (path: string): DebugLog | null => {
    if (!isThere(path)) return null;
    const parsed = parseLog(textOf(path, shown(path)));
    if (parsed.ok) return parsed.value;
    const list = parsed.error.map(({ line, message }) => `${shown(path)}:${line}  ${message}`);
    throw new CommandFailure(`${shown(path)} is no debug log:`, { list });
  };
  const listed = (where: string, form: RegExp): readonly StoredLog[] =>
    (existsSync(where) ? readdirSync(where) : [])
      .filter((name) => form.test(name))
      .sort()
      .flatMap((name) => {
        const path = join(where, name);
        const log = read(path);
        return log === null ? [] : [{ path, log }];
      });
  return {
    weekPath: (week) => join(folder, `debug_log_${week}.md`),
    archivePath: (quarter) => join(archive, `debug_log_${quarter.slice(5)}_${quarter.slice(0, 4)}.md.gz`),
    read,
    write(path, log) {
      makeFolder(path.endsWith(".gz") ? archive : folder, root);
      const text = emitLog(log);
      writeFileWhole(path, path.endsWith(".gz") ? gzipSync(text, { level: 9 }) : text, { root });
    },
    remove: removeFile,
    weekly: () => listed(folder, WEEKLY),
    archived: () => listed(archive, ARCHIVED),
    locked(work) {
      makeFolder(folder, root);
      return withLock(join(folder, LOCK), work);
    },
  };
}

function textOf(path: string, shown: string): string {
  const bytes = bytesIfThere(path);
  if (bytes === null) throw new CommandFailure(`${shown} cannot be read as a file`, { code: "FILE_UNREADABLE" });
  if (!path.endsWith(".gz")) return bytes.toString("utf8");
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_ARCHIVE_BYTES }).toString("utf8");
  } catch (thrown) {
    throw new CommandFailure(`${shown} cannot be unpacked`, { code: "FILE_UNREADABLE", cause: thrown });
  }
}

function withLock<T>(path: string, work: () => T): T {
  const own = String(process.pid);
  if (!claimFile(path, own)) {
    // A holder that is gone holds nothing.
    if (!isRunning(path)) removeFile(path);
    if (isThere(path) || !claimFile(path, own))
      throw new CommandFailure("another `onex log` is writing here", { hint: "try again" });
  }
  try {
    return work();
  } finally {
    removeFile(path);
  }
}

function isRunning(lock: string): boolean {
  try {
    const holder = Number(textIfThere(lock, 32));
    // A lock without a number is just being written.
    if (!Number.isInteger(holder) || holder <= 0) return true;
    process.kill(holder, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown && thrown.code === "EPERM";
  }
}
