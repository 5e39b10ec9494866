import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** How long wrangler may take to end in order before it is ended. */
const GRACE_MS = 5_000;

/** A wrangler command with everything it starts. */
export interface WranglerProcess {
  /** Its exit code, once it has ended; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Asks it to end, insists after a while, and waits until nothing of it is left. */
  stop(): Promise<void>;
}

/** Runs a wrangler command to its end. */
export async function wrangler(args: readonly string[], cwd: string): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = start(args, cwd, ["ignore", "pipe", "pipe"]);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}

/** Starts a wrangler command that runs until it is stopped, with its output on ours. */
export function startWrangler(args: readonly string[], cwd: string): WranglerProcess {
  const child = start(args, cwd, ["ignore", "inherit", "inherit"]);
  const exited = once(child, "exit").then(([code]) => code as number | null);
  // Whatever ends this process, a runtime must not be left behind.
  const onExit = (): void => endGroup(child, "SIGKILL");
  process.once("exit", onExit);
  void exited.then(() => {
    endGroup(child, "SIGKILL");
    process.removeListener("exit", onExit);
  });
  return {
    exited,
    async stop() {
      child.kill("SIGINT");
      const insist = setTimeout(() => endGroup(child, "SIGKILL"), GRACE_MS);
      await exited;
      clearTimeout(insist);
    },
  };
}

/** In a process group of its own, so that the runtime can be ended with it. */
function start(args: readonly string[], cwd: string, stdio: StdioOptions): ChildProcess {
  const cli = join(dirname(createRequire(import.meta.url).resolve("wrangler/package.json")), "wrangler-dist/cli.js");
  return spawn(process.execPath, ["--no-warnings", cli, ...args], {
    cwd,
    stdio,
    detached: true,
    // Captured traces would slow every request down and fill the disk.
    env: { ...process.env, X_LOCAL_OBSERVABILITY: "false", WRANGLER_SEND_METRICS: "false" },
  });
}

function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nothing of it is left.
  }
}
