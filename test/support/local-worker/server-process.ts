import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { BootOptions } from "./boot.ts";
import { listens, untilAnswered } from "./readiness.ts";

/** A local Worker in a process group of its own. */
export interface ServerProcess {
  readonly url: string;
  readonly token: string;
  /** Ends it in order and waits. Safe to repeat. */
  stop(): Promise<void>;
  /** SIGKILL for the whole group, the runtime included: nothing gets to say goodbye. Waits until the port is dead. */
  kill(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL("serve.ts", import.meta.url));

/** Starts the Worker as a child process. Ends with this process whatever happens to it. */
export async function startServer(options: Omit<BootOptions, "onLine"> = {}): Promise<ServerProcess> {
  const child = spawn(process.execPath, [SCRIPT, JSON.stringify(options)], { detached: true, stdio: "pipe" });
  const errors: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => errors.push(line));
  const endWithUs = (): void => killGroup(child);
  process.once("exit", endWithUs);
  const exited = once(child, "exit").finally(() => process.removeListener("exit", endWithUs));
  const ready = once(createInterface({ input: child.stdout }), "line") as Promise<[string]>;
  const outcome = await Promise.race([ready, exited.then(() => null)]);
  if (!outcome) throw new Error(["the server process ended before it was ready", ...errors].join("\n"));
  const { url, token } = JSON.parse(outcome[0]) as { url: string; token: string };
  await untilAnswered(url);
  return {
    url,
    token,
    async stop() {
      child.stdin.end();
      await exited;
    },
    async kill() {
      killGroup(child);
      await exited;
      while (await listens(url)) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, "SIGKILL");
}
