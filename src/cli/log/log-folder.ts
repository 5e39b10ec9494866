import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join, relative } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { type DebugLog, emitLog, parseLog } from "../../core/debug-log/debug-log.ts";
import type { Quarter, Week } from "../../core/debug-log/week.ts";
import { writeFileWhole } from "../files/write-file.ts";
import { CommandFailure, systemReason } from "../shell.ts";

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

/** The logs below an absolute path. `cwd` is what printed paths are relative to. */
export function logFolder(folder: string, cwd: string): LogFolder {
  const archive = join(folder, "archive");
  const shown = (path: string): string => relative(cwd, path) || path;
  const read = (path: string): DebugLog | null => {
    if (!existsSync(path)) return null;
    const parsed = parseLog(textOf(path, shown(path)));
    if (parsed.ok) return parsed.value;
    const lines = parsed.error.map(({ line, message }) => `  ${shown(path)}:${line}  ${message}`);
    throw new CommandFailure(`${shown(path)} is no debug log:\n${lines.join("\n")}`);
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
      mkdirSync(path.endsWith(".gz") ? archive : folder, { recursive: true });
      const text = emitLog(log);
      writeFileWhole(path, path.endsWith(".gz") ? gzipSync(text, { level: 9 }) : text);
    },
    remove: (path) => rmSync(path),
    weekly: () => listed(folder, WEEKLY),
    archived: () => listed(archive, ARCHIVED),
    locked: (work) => withLock(folder, work),
  };
}

function textOf(path: string, shown: string): string {
  try {
    const bytes = readFileSync(path);
    return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  } catch (thrown) {
    throw new CommandFailure(`${shown} cannot be read: ${systemReason(thrown)}`, { cause: thrown });
  }
}

function withLock<T>(folder: string, work: () => T): T {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, LOCK);
  try {
    takeLock(path);
  } catch (thrown) {
    if (isRunning(path))
      throw new CommandFailure("another `onex log` is writing here", { hint: "try again", cause: thrown });
    // Whoever held it is gone.
    rmSync(path, { force: true });
    takeLock(path);
  }
  try {
    return work();
  } finally {
    rmSync(path, { force: true });
  }
}

function takeLock(path: string): void {
  const file = openSync(path, "wx");
  writeSync(file, String(process.pid));
  closeSync(file);
}

function isRunning(lock: string): boolean {
  try {
    const holder = Number(readFileSync(lock, "utf8"));
    // A lock without a number is just being written.
    if (!Number.isInteger(holder) || holder <= 0) return true;
    process.kill(holder, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown && thrown.code === "EPERM";
  }
}
