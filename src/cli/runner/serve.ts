import { randomUUID } from "node:crypto";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { WorkItemWire } from "../../../contracts/api/pools.ts";
import { serverClient } from "../remote/server.ts";
import type { ServerOptions } from "../remote/server-options.ts";
import { CommandFailure, EXIT, type ExitCode, type Shell } from "../shell.ts";
import { abilitiesHere } from "./abilities.ts";
import { CodeCache } from "./code-cache.ts";
import type { Executed, Executor } from "./executor.ts";
import type { LogCapture } from "./log-capture.ts";
import { attemptFolder, removeFolder, runnerFolder } from "./machine-files.ts";
import { failed } from "./outcome.ts";
import { RunnerSecrets, withSecrets } from "./secrets.ts";
import { Runner } from "./runner.ts";

export interface ServeRunnerOptions extends ServerOptions {
  readonly pool: readonly string[];
  readonly nodeId?: string;
  readonly concurrency: number;
  readonly drain: number;
  readonly unsandboxed: boolean;
  readonly json: boolean;
  readonly python?: string;
  readonly environments?: string;
  readonly cache?: string;
  readonly engine?: string;
  readonly secrets?: string;
}

/** Serves pools until a signal asks it to end. */
export async function serveRunner(options: ServeRunnerOptions, version: string, shell: Shell): Promise<ExitCode> {
  const client = serverClient(options, shell);
  const nodeId = options.nodeId ?? hostname();
  const line = (message: string): string =>
    options.json ? JSON.stringify({ time: shell.now().toISOString(), runner: nodeId, message }) : message;
  const say = (text: string): void => void shell.stderr.write(`${line(text)}\n`);
  const within = (path: string | undefined): string | null => (path === undefined ? null : resolve(shell.cwd, path));
  const { executors, notes } = abilitiesHere({
    unsandboxed: options.unsandboxed,
    python: options.python ?? null,
    environments: within(options.environments),
    cache: within(options.cache) ?? join(tmpdir(), "onex-runner-uv"),
    engine: options.engine === undefined ? null : options.engine.split(" ").filter((word) => word !== ""),
  });
  for (const note of notes) say(note);
  if (executors.size === 0)
    throw new CommandFailure("this runner can execute nothing here", { code: "RUNNER_UNABLE", list: notes });
  const secrets = new RunnerSecrets(shell.env, within(options.secrets));
  const home = runnerFolder();
  const runner = new Runner({
    client,
    pools: options.pool,
    nodeId,
    instance: randomUUID(),
    version,
    kinds: [...executors.keys()],
    concurrency: options.concurrency,
    codes: new CodeCache(client),
    execute: (item, code, log, signal) => executeIn(home, { executors, secrets }, { item, code, log, signal }),
    say,
    drainMs: options.drain * 1_000,
  });
  const unlisten = shell.onStop(() => runner.stop());
  try {
    const kinds = [...executors.keys()].join(", ");
    say(`runner ${nodeId} serves ${options.pool.join(", ")} with ${kinds}, ${options.concurrency} at once`);
    const end = await runner.serve();
    if (end.kind === "stopped") return EXIT.ok;
    const { code, message, hint } = end.error;
    throw new CommandFailure(message, { code, ...(hint === null ? {} : { hint }) });
  } finally {
    unlisten();
    removeFolder(home);
  }
}

interface Attempt {
  readonly item: WorkItemWire;
  readonly code: string | null;
  readonly log: LogCapture;
  readonly signal: AbortSignal;
}

interface Means {
  readonly executors: ReadonlyMap<string, Executor>;
  readonly secrets: RunnerSecrets;
}

/** Each attempt has a folder of its own, which goes with it. */
async function executeIn(home: string, { executors, secrets }: Means, attempt: Attempt): Promise<Executed> {
  const { type } = attempt.item.entrypoint;
  const execute = executors.get(type);
  if (!execute)
    return { outcome: failed("SERVICE_UNAVAILABLE", `this runner executes no ${type} nodes`), durationMs: 0 };
  const folder = attemptFolder(home);
  try {
    return await withSecrets(execute, secrets)({ ...attempt, folder });
  } finally {
    removeFolder(folder);
  }
}
