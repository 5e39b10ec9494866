import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { createWireClient } from "../../client/wire-client.ts";
import { makeFolder } from "../files/write-file.ts";
import { guide } from "./guide.ts";
import { onOrphaned } from "./orphan.ts";
import { freePort, HOST } from "./port.ts";
import { untilHealthy } from "./readiness.ts";
import { registerTree } from "./register-tree.ts";
import { localToken } from "./token.ts";
import { startWrangler, type WranglerProcess } from "./wrangler.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

export interface ServeOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Where data and token stay; null: the project's own places. */
  readonly data: string | null;
  readonly verbose: boolean;
}

/** Tells what is being done, and at last what there is to do. */
export type Say = (text: string) => Promise<void>;

/** Serves until a signal asks it to end. Rejects with what kept it from serving. */
export async function serve(options: ServeOptions, say: Say): Promise<void> {
  const session: { running: WranglerProcess | null; stopped: boolean } = { running: null, stopped: false };
  const stop = (): void => {
    session.stopped = true;
    void session.running?.stop();
  };
  const run = (args: readonly string[], printing: "show" | "keep"): WranglerProcess =>
    (session.running = startWrangler(args, ROOT, printing));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  onOrphaned(stop);
  try {
    await serveWith(options, run, () => session.stopped, say);
  } catch (thrown) {
    await session.running?.stop();
    // A refusal that only says that the server is being stopped is no news.
    if (!session.stopped) throw thrown;
  }
}

async function serveWith(
  { port: wanted, data, verbose }: ServeOptions,
  run: (args: readonly string[], printing: "show" | "keep") => WranglerProcess,
  isStopped: () => boolean,
  say: Say,
): Promise<void> {
  const port = await freePort(wanted);
  if (port === null) {
    throw new Error(
      `port ${wanted} on ${HOST} is taken: stop what listens there, or take another: npm start -- --port 0`,
    );
  }
  if (data !== null) makeFolder(data, data);
  const varsFile = join(data ?? ROOT, ".dev.vars");
  const token = localToken(varsFile);
  const state = join(data ?? join(ROOT, ".wrangler"), "state");
  const place = ["--config", join(ROOT, "wrangler.toml"), "--persist-to", state];
  const shown = (path: string): string => relative(process.cwd(), path) || path;

  await say(`Applying migrations to the database in ${shown(state)}\n`);
  const migration = run(["d1", "migrations", "apply", "onex", "--local", ...place], "keep");
  const migrated = await migration.exited;
  if (isStopped()) return;
  if (migrated !== 0) throw new Error(`the migrations were not applied:\n${migration.output()}`);

  const url = `http://${HOST}:${port}`;
  await say(`Starting the Worker on ${url}\n`);
  // Whatever port is free for the debugger: by itself every server takes the same, and one of two that start ends.
  const listen = [
    "--ip",
    HOST,
    "--port",
    String(port),
    "--inspector-port",
    "0",
    "--show-interactive-dev-session=false",
  ];
  const level = ["--log-level", verbose ? "log" : "warn"];
  const { exited } = run(["dev", ...place, ...listen, ...level, "--env-file", varsFile], "show");
  const up = await Promise.race([untilHealthy(url).then(() => true), exited.then(() => false)]);
  if (up) {
    await say("Registering the built-in nodes\n");
    const client = createWireClient({ baseUrl: url, token: token.value, name: "onex-start" });
    const registration = await registerTree(client, ROOT);
    await say(guide({ url, token, varsFile: shown(varsFile), registration }));
  }
  const code = await exited;
  if (!isStopped()) throw new Error(`wrangler ended (${code ?? "by a signal"})`);
}
