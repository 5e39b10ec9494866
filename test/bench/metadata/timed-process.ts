import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What running a program came to. */
export interface TimedProcess {
  readonly milliseconds: number;
  /** The most it held at once. */
  readonly peakBytes: number;
  readonly exitCode: number;
}

const PEAK_MEMORY = fileURLToPath(new URL("peak-memory.ts", import.meta.url));

/** Runs a program of Node from start to end, its output thrown away. */
export async function timed(program: string, args: readonly string[]): Promise<TimedProcess> {
  const folder = mkdtempSync(join(tmpdir(), "onex-peak-"));
  const told = openSync(join(folder, "bytes"), "w");
  try {
    const start = performance.now();
    const child = spawn(process.execPath, ["--import", PEAK_MEMORY, program, ...args], {
      stdio: ["ignore", "ignore", "inherit", told],
    });
    const [exitCode] = (await once(child, "exit")) as [number | null];
    const milliseconds = performance.now() - start;
    return { milliseconds, peakBytes: Number(readFileSync(join(folder, "bytes"), "utf8")), exitCode: exitCode ?? 1 };
  } finally {
    closeSync(told);
    rmSync(folder, { recursive: true });
  }
}
