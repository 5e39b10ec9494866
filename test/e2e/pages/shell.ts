import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";

/** A shell that keeps its variables and its folder from one command to the next, as a reader's does. */
export interface Shell {
  /** All that a command prints, errors included, and its exit code. */
  run(command: string): Promise<{ readonly printed: string; readonly code: number }>;
  end(): Promise<void>;
}

export function openShell(folder: string, env: Readonly<Record<string, string>>): Shell {
  const child = spawn("bash", ["--noprofile", "--norc"], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const exited = once(child, "exit");
  let heard = "";
  let hear = (): void => undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      heard += chunk.toString("utf8");
      hear();
    });
  }
  return {
    run(command) {
      const mark = randomUUID();
      heard = "";
      const done = new Promise<{ printed: string; code: number }>((resolve, reject) => {
        hear = () => {
          const [before, after] = heard.split(`\n${mark} `);
          if (after?.includes("\n")) resolve({ printed: before ?? "", code: Number(after) });
        };
        void exited.then(() => reject(new Error(`the shell ended: ${heard}`)));
      });
      // In the shell itself, for variables and `cd`; both streams in the order of a terminal; nobody at the keyboard.
      child.stdin.write(`{ ${command}\n} </dev/null 2>&1; printf '\\n${mark} %s\\n' "$?"\n`);
      return done;
    },
    async end() {
      child.stdin.end("exit\n");
      await exited;
    },
  };
}
