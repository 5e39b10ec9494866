import {
  chmodSync,
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { CommandFailure, systemReason } from "../shell.ts";

/**
 * Replaces a file's content, or makes the file. A reader sees the old text or the new one, never a part: the text is
 * written beside the file and takes its name when it is complete. The file's mode is kept, and a link stays a link.
 */
export function writeFileWhole(path: string, content: string | Uint8Array): void {
  const target = realTarget(path);
  const mode = statSync(target, { throwIfNoEntry: false })?.mode;
  const draft = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  try {
    const file = openSync(draft, "wx", mode === undefined ? 0o666 : mode & 0o7777);
    try {
      const bytes = typeof content === "string" ? Buffer.from(content) : content;
      for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    // The mode of a new file is cut by the process's mask; that of a replaced one is not.
    if (mode !== undefined) chmodSync(draft, mode & 0o7777);
    renameSync(draft, target);
  } catch (thrown) {
    rmSync(draft, { force: true });
    throw new CommandFailure(`${path} cannot be written: ${systemReason(thrown)}`, { cause: thrown });
  }
}

function realTarget(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
