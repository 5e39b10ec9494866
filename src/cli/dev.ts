/**
 * `npm start`: serves the Worker with `wrangler dev` on this machine alone, with migrations applied and the built-in
 * nodes registered, and tells what to do next. Everything it started ends with it.
 * Usage: npm start [-- --port N] [--data DIR]. Port 0 takes a free one. Data and token stay in DIR, or else in
 * .wrangler/state and .dev.vars.
 */
import { mkdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createClient } from "../client/client.ts";
import { guide } from "./dev/guide.ts";
import { freePort, HOST } from "./dev/port.ts";
import { untilHealthy } from "./dev/readiness.ts";
import { explain, registerTree } from "./dev/register-tree.ts";
import { localToken } from "./dev/token.ts";
import { startWrangler, wrangler } from "./dev/wrangler.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DEFAULT_PORT = 8787;

interface Options {
  readonly port: number;
  /** Null: the project's own places. */
  readonly data: string | null;
}

function readOptions(): Options {
  const { values } = parseArgs({ options: { port: { type: "string" }, data: { type: "string" } } });
  const port = Number(values.port ?? DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error("--port takes a number from 0 to 65535");
  return { port, data: values.data === undefined ? null : resolve(values.data) };
}

async function main(): Promise<number> {
  const { port: wanted, data } = readOptions();
  const port = await freePort(wanted);
  if (port === null) {
    throw new Error(`port ${wanted} on ${HOST} is taken: stop what listens there, or choose another: npm start -- --port 0`);
  }
  if (data !== null) await mkdir(data, { recursive: true });
  const varsFile = join(data ?? ROOT, ".dev.vars");
  const token = await localToken(varsFile);
  const persistTo = join(data ?? join(ROOT, ".wrangler"), "state");
  const place = ["--config", join(ROOT, "wrangler.toml"), "--persist-to", persistTo];

  const migrated = await wrangler(["d1", "migrations", "apply", "onex", "--local", ...place], ROOT);
  if (migrated.code !== 0) throw new Error(`the migrations were not applied:\n${migrated.output}`);

  const server = startWrangler(
    ["dev", ...place, "--env-file", varsFile, "--ip", HOST, "--port", String(port), "--show-interactive-dev-session=false"],
    ROOT,
  );
  let stopping: Promise<void> | null = null;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => (stopping ??= server.stop()));
  const ended = server.exited.then((code) => (stopping ? 0 : (code ?? 1)));
  try {
    const url = `http://${HOST}:${port}`;
    const up = await Promise.race([untilHealthy(url).then(() => true), ended.then(() => false)]);
    if (up) {
      const registration = await registerTree(createClient({ baseUrl: url, token: token.value, name: "onex-start" }), ROOT);
      process.stdout.write(guide({ url, token, varsFile: relative(process.cwd(), varsFile), registration }));
    }
  } catch (thrown) {
    await (stopping ??= server.stop());
    throw thrown;
  }
  const code = await ended;
  await stopping;
  return code;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (thrown: unknown) => {
    process.stderr.write(`${explain(thrown)}\n`);
    process.exitCode = 1;
  },
);
