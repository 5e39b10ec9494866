import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWireClient } from "../../../src/client/wire-client.ts";
import { registerTree } from "../../../src/cli/dev/register-tree.ts";
import { bootWorker } from "../../support/local-worker/boot.ts";
import { PROJECT_ROOT } from "../../support/local-worker/project-root.ts";
import type { Workspace } from "./workspace.ts";

/** What a page's commands talk to. */
export interface PageServer {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  stop(): Promise<void>;
}

/** The Worker as `npm start` leaves it: migrated, with the built-in nodes, and its token in `.dev.vars`. */
export async function freshServer({ write }: Workspace): Promise<PageServer> {
  const worker = await bootWorker();
  await registerTree(createWireClient({ baseUrl: worker.url, token: worker.token }), PROJECT_ROOT);
  await write(".dev.vars", `ONEX_TOKEN=${worker.token}\n`);
  return { host: new URL(worker.url).host, stop: () => worker.stop() };
}

/** `npm start` itself, on a free port. */
export async function npmStart({ folder, env }: Workspace): Promise<PageServer> {
  const child = spawn("npm", ["start", "--", "--port", "0"], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, to be told together what Ctrl-C tells a terminal's.
    detached: true,
  });
  const exited = once(child, "exit");
  let text = "";
  const host = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        text += chunk.toString("utf8");
        const found = /ONEX is ready at http:\/\/(\S+)/.exec(text)?.[1];
        if (found !== undefined) resolve(found);
      });
    }
    void exited.then(() => reject(new Error(`npm start ended: ${text}`)));
  });
  return {
    host,
    async stop() {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGINT");
      await exited;
    },
  };
}
