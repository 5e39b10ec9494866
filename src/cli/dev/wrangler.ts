import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const KEEPER = fileURLToPath(new URL("keeper.ts", import.meta.url));

/** How long wrangler may take to end in order before it is ended. */
const GRACE_MS = 5_000;

const ENVIRONMENT = {
  // Captured traces would slow every request down and fill the disk.
  X_LOCAL_OBSERVABILITY: "false",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  // Would be fetched from the network.
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
};

/** A wrangler command with everything it starts. */
export interface WranglerProcess {
  /** Its exit code, once it and what it started have ended; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** What it printed so far, when its output is kept. */
  output(): string;
  /** Asks it to end, insists after a while, and waits until nothing of it is left. */
  stop(): Promise<void>;
}

/** Starts a wrangler command. Its output goes to ours (`show`) or waits to be asked for (`keep`). */
export function startWrangler(args: readonly string[], cwd: string, printing: "show" | "keep"): WranglerProcess {
  const cli = join(dirname(createRequire(import.meta.url).resolve("wrangler/package.json")), "wrangler-dist/cli.js");
  const child = spawn(process.execPath, ["--no-warnings", KEEPER, cli, ...args], {
    cwd,
    // The keeper sees the end of this process by the end of its standard input, even when nobody could pass it on.
    stdio: printing === "show" ? ["pipe", "inherit", "inherit"] : ["pipe", "pipe", "pipe"],
    // A process group of its own, so that the runtime it starts can be ended with it.
    detached: true,
    env: { ...process.env, ...ENVIRONMENT },
  });
  let kept = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => (kept += chunk.toString("utf8")));
  const endAll = (): void => endGroup(child.pid);
  // Whatever ends this process, a runtime must not be left behind.
  process.once("exit", endAll);
  const exited = once(child, "close").then(([code]) => {
    endAll();
    process.removeListener("exit", endAll);
    return code as number | null;
  });
  return {
    exited,
    output: () => kept,
    async stop() {
      child.kill("SIGINT");
      const insist = setTimeout(endAll, GRACE_MS);
      await exited;
      clearTimeout(insist);
    },
  };
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing of it is left.
  }
}
