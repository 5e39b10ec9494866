/**
 * `npm start`: serves the Worker with `wrangler dev` on this machine alone, with migrations applied and the built-in
 * nodes registered, and tells what to do next. Everything it started ends with it.
 * Usage: npm start [-- --port N] [--data DIR] [--verbose]. Port 0 takes a free one. Data and token stay in DIR, or else
 * in .wrangler/state and .dev.vars. Verbose shows every request and all that wrangler has to say.
 */
import { mkdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createClient } from "../client/client.ts";
import { guide } from "./dev/guide.ts";
import { onOrphaned } from "./dev/orphan.ts";
import { freePort, HOST } from "./dev/port.ts";
import { untilHealthy } from "./dev/readiness.ts";
import { explain, registerTree } from "./dev/register-tree.ts";
import { localToken } from "./dev/token.ts";
import { startWrangler, type WranglerProcess } from "./dev/wrangler.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DEFAULT_PORT = 8787;

interface Options {
  readonly port: number;
  /** Null: the project's own places. */
  readonly data: string | null;
  readonly verbose: boolean;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: { port: { type: "string" }, data: { type: "string" }, verbose: { type: "boolean", default: false } },
  });
  const port = Number(values.port ?? DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error("--port takes a number from 0 to 65535");
  return { port, data: values.data === undefined ? null : resolve(values.data), verbose: values.verbose };
}

const session: { running: WranglerProcess | null; stopped: boolean } = { running: null, stopped: false };

function stop(): void {
  session.stopped = true;
  void session.running?.stop();
}

function run(args: readonly string[], printing: "show" | "keep"): WranglerProcess {
  session.running = startWrangler(args, ROOT, printing);
  return session.running;
}

async function serve({ port: wanted, data, verbose }: Options): Promise<void> {
  const port = await freePort(wanted);
  if (port === null) {
    throw new Error(
      `port ${wanted} on ${HOST} is taken: stop what listens there, or take another: npm start -- --port 0`,
    );
  }
  if (data !== null) await mkdir(data, { recursive: true });
  const varsFile = join(data ?? ROOT, ".dev.vars");
  const token = await localToken(varsFile);
  const place = [
    "--config",
    join(ROOT, "wrangler.toml"),
    "--persist-to",
    join(data ?? join(ROOT, ".wrangler"), "state"),
  ];

  const migration = run(["d1", "migrations", "apply", "onex", "--local", ...place], "keep");
  const migrated = await migration.exited;
  if (session.stopped) return;
  if (migrated !== 0) throw new Error(`the migrations were not applied:\n${migration.output()}`);

  const listen = ["--ip", HOST, "--port", String(port), "--show-interactive-dev-session=false"];
  const level = ["--log-level", verbose ? "log" : "warn"];
  const { exited } = run(["dev", ...place, ...listen, ...level, "--env-file", varsFile], "show");
  const url = `http://${HOST}:${port}`;
  const up = await Promise.race([untilHealthy(url).then(() => true), exited.then(() => false)]);
  if (up) {
    const client = createClient({ baseUrl: url, token: token.value, name: "onex-start" });
    const registration = await registerTree(client, ROOT);
    process.stdout.write(guide({ url, token, varsFile: relative(process.cwd(), varsFile), registration }));
  }
  const code = await exited;
  if (!session.stopped) throw new Error(`wrangler ended (${code ?? "by a signal"})`);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
onOrphaned(stop);
try {
  await serve(readOptions());
} catch (thrown) {
  await session.running?.stop();
  // A refusal that only says that the server is being stopped is no news.
  if (!session.stopped) {
    process.stderr.write(`${explain(thrown)}\n`);
    process.exitCode = 1;
  }
}
