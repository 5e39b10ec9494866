import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { PROJECT_ROOT } from "../../support/local-worker/project-root.ts";

/** A runner as its operator starts it. */
export interface RunnerProcess {
  readonly child: ChildProcess;
  /** What it has said so far. */
  text(): string;
  /** Resolves when it has said this; rejects when it ends before. */
  says(pattern: RegExp): Promise<void>;
  /** Asks it to end; the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

export function startRunner(
  { url, token }: { readonly url: string; readonly token: string },
  args: readonly string[],
): RunnerProcess {
  const child = spawn(process.execPath, ["src/cli/onex.mjs", "runner", "--url", url, ...args], {
    cwd: PROJECT_ROOT,
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: process.env["PATH"] ?? "", ONEX_TOKEN: token },
  });
  const exited = once(child, "exit") as Promise<[number | null]>;
  let said = "";
  const heard = new Set<() => void>();
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString("utf8");
    for (const hear of heard) hear();
  });
  return {
    child,
    text: () => said,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(said)) return;
          heard.delete(look);
          resolve();
        };
        heard.add(look);
        look();
        void exited.then(() => reject(new Error(`the runner ended:\n${said}`)));
      }),
    async end(signal = "SIGTERM") {
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}
