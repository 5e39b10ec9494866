/**
 * Runs a command and ends with whoever started it, however that came to its end: the starter holds the other end of the
 * standard input, and the system closes it for a process that is killed without a word. The keeper leads the process
 * group of the command, so nothing of it is left behind.
 * Usage: node keeper.ts SCRIPT [ARGUMENT...]
 */
import { spawn } from "node:child_process";

/** How long the command may take to end in order before it is ended. */
const GRACE_MS = 5_000;

const child = spawn(process.execPath, ["--no-warnings", ...process.argv.slice(2)], {
  stdio: ["ignore", "inherit", "inherit"],
});

function endGroup(): void {
  try {
    process.kill(-process.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}

let orphaned = false;

function endOrphaned(): void {
  if (orphaned) return;
  orphaned = true;
  child.kill("SIGINT");
  setTimeout(endGroup, GRACE_MS);
}

process.stdin.on("error", endOrphaned);
process.stdin.on("end", endOrphaned);
process.stdin.on("close", endOrphaned);
process.stdin.resume();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void child.kill(signal));
child.on("error", () => process.exit(1));
child.on("close", (code) => {
  process.stdin.destroy();
  process.exitCode = code ?? 1;
  // What the command left behind keeps nobody waiting.
  process.exit();
});
