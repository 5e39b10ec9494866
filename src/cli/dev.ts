/**
 * `npm start`: serves the Worker with `wrangler dev` on this machine alone, with migrations applied and the built-in
 * nodes registered, and tells what to do next. Everything it started ends with it.
 * Usage: npm start [-- --port N] [--data DIR] [--verbose]. Port 0 takes a free one. Data and token stay in DIR, or else
 * in .wrangler/state and .dev.vars. Verbose shows every request and all that wrangler has to say.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { ServeOptions } from "./dev/serve.ts";
import { printer } from "./printer.ts";
import { processShell } from "./process-shell.ts";

const DEFAULT_PORT = 8787;

function readOptions(): ServeOptions {
  const { values } = parseArgs({
    options: { port: { type: "string" }, data: { type: "string" }, verbose: { type: "boolean", default: false } },
  });
  const port = Number(values.port ?? DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error("--port takes a number from 0 to 65535");
  return { port, data: values.data === undefined ? null : resolve(values.data), verbose: values.verbose };
}

const shell = processShell();
const stdout = printer(shell.stdout);

async function start(): Promise<void> {
  const options = readOptions();
  // Said before anything is loaded, because that alone may take seconds.
  await stdout.write("Starting ONEX. It is ready when it says so; Ctrl-C stops everything.\n");
  const { serve } = await import("./dev/serve.ts");
  await serve(options, (text) => stdout.write(text));
}

try {
  await start();
} catch (thrown) {
  const { explain } = await import("./dev/register-tree.ts");
  await printer(shell.stderr).write(`${explain(thrown)}\n`);
  process.exitCode = 1;
}
