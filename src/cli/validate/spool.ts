import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Keeps lines in order until all are known, in memory as long as they are few and in a temporary file beyond. */
export interface Spool {
  append(line: string): void;
  /** Every line that was appended, in order. */
  lines(): Generator<string>;
  close(): void;
}

const IN_MEMORY_CHARS = 4 * 1024 * 1024;
const READ_BYTES = 256 * 1024;

/** Lines must not contain a line break. */
export function openSpool(inMemoryChars = IN_MEMORY_CHARS): Spool {
  let recent: string[] = [];
  let chars = 0;
  let file: number | null = null;
  let folder: string | null = null;

  function flush(): void {
    if (file === null) {
      folder = mkdtempSync(join(tmpdir(), "onex-scan-"));
      file = openSync(join(folder, "lines"), "wx+", 0o600);
      try {
        // Without a name the file cannot outlive this process, however it ends.
        rmSync(folder, { recursive: true });
        folder = null;
      } catch {
        // A system that keeps open files: close() removes it.
      }
    }
    const bytes = Buffer.from(recent.join(""));
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
    recent = [];
    chars = 0;
  }

  return {
    append(line) {
      recent.push(`${line}\n`);
      chars += line.length;
      if (chars > inMemoryChars) flush();
    },
    *lines() {
      if (file !== null) yield* linesOf(file);
      for (const line of recent) yield line.slice(0, -1);
    },
    close() {
      if (file !== null) closeSync(file);
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
      file = null;
    },
  };
}

function* linesOf(file: number): Generator<string> {
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  let rest = Buffer.alloc(0);
  for (let at = 0; ;) {
    const count = readSync(file, buffer, 0, buffer.length, at);
    if (count === 0) return;
    at += count;
    const bytes = Buffer.concat([rest, buffer.subarray(0, count)]);
    let start = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      yield bytes.toString("utf8", start, end);
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
}
