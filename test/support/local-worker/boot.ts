import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { Log, LogLevel, Miniflare, type WorkerOptions } from "miniflare";
import { applyMigrations } from "./apply-migrations.ts";
import { buildWorker, type Bundle } from "./bundle.ts";
import { persistently, untilListening } from "./readiness.ts";
import { readSettings, type WorkerSettings } from "./settings.ts";

export interface BootOptions {
  /** Keeps all data in this folder; without it, data ends with the server. */
  readonly persist?: string;
  /** Default: a free one. */
  readonly port?: number;
  readonly token?: string;
  /** Variables that differ from wrangler.toml. */
  readonly vars?: Readonly<Record<string, string>>;
  /** Another Worker's entry file. */
  readonly entry?: string;
  /** Other Workers, under the names they are bound by. */
  readonly bound?: Readonly<Record<string, BoundWorker>>;
  /** Every line the Worker or the runtime prints; default: the last ones are kept for `output()`. */
  readonly onLine?: (line: string) => void;
}

/** A Worker that is bound as a service. */
export interface BoundWorker {
  /** Its entry file. */
  readonly entry: string;
  /** The class it is bound with; its default export otherwise. */
  readonly entrypoint?: string;
  readonly vars?: Readonly<Record<string, string>>;
}

/** The Worker on workerd, with the real local D1, R2, queues and objects, reachable from this machine only. */
export interface LocalWorker {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly token: string;
  readonly mf: Miniflare;
  /** The last lines the Worker or the runtime printed. */
  output(): readonly string[];
  /** Ends the runtime and waits until it is gone. Safe to repeat. */
  stop(): Promise<void>;
}

const HOST = "127.0.0.1";
const KEPT_LINES = 200;

/**
 * Bundles and starts the Worker and applies the migrations. The runtime ends with `stop()`, and also when this process
 * ends by itself, by an error, SIGINT or SIGTERM: Miniflare listens for these.
 */
export async function bootWorker(options: BootOptions = {}): Promise<LocalWorker> {
  const settings = readSettings();
  const bundle = await buildWorker(options.entry);
  const token = options.token ?? randomBytes(24).toString("base64url");
  const lines: string[] = [];
  const hear = (line: string): void => {
    if (lines.push(line) > KEPT_LINES) lines.shift();
    options.onLine?.(line);
  };
  const main = workerOptions(settings, bundle, { ...settings.vars, ...options.vars, ONEX_TOKEN: token });
  const bound = Object.entries(options.bound ?? {});
  const others = await Promise.all(bound.map(([binding, worker]) => boundOptions(settings, binding, worker)));
  const serviceBindings = Object.fromEntries(
    bound.map(([binding, { entrypoint }]) => [
      binding,
      { name: binding.toLowerCase(), ...(entrypoint ? { entrypoint } : {}) },
    ]),
  );
  const mf = new Miniflare({
    workers: [{ ...main, serviceBindings }, ...others],
    ...serverOptions(hear),
    port: options.port ?? 0,
    ...(options.persist === undefined ? {} : { defaultPersistRoot: options.persist }),
  });
  try {
    const { port } = await mf.ready;
    const url = `http://${HOST}:${port}`;
    await untilListening(url);
    const [binding] = Object.keys(settings.d1Databases);
    // What was applied is marked, so a broken connection is no reason to begin the whole start again.
    if (binding !== undefined)
      await persistently(async () => applyMigrations(await mf.getD1Database(binding), settings.migrationsDir));
    return { url, token, mf, output: () => [...lines], stop: once(() => mf.dispose()) };
  } catch (thrown) {
    await mf.dispose();
    throw new Error(["the local Worker did not start", ...lines].join("\n"), { cause: thrown });
  }
}

/** A bare Worker without bindings of the project: the floor of a benchmark. Same server settings as `bootWorker`. */
export async function bootBare(
  bundle: Bundle,
  worker: Partial<WorkerOptions>,
): Promise<Pick<LocalWorker, "url" | "stop">> {
  const { compatibilityDate } = readSettings();
  const mf = new Miniflare({
    ...modulesOf(bundle),
    compatibilityDate,
    ...worker,
    ...serverOptions(() => undefined),
    port: 0,
  });
  try {
    const { port } = await mf.ready;
    return { url: `http://${HOST}:${port}`, stop: once(() => mf.dispose()) };
  } catch (thrown) {
    await mf.dispose();
    throw thrown;
  }
}

/** The work, done at the first call; all others get its answer. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let begun: Promise<T> | null = null;
  return () => (begun ??= work());
}

function workerOptions(settings: WorkerSettings, bundle: Bundle, bindings: Record<string, string>): WorkerOptions {
  const { durableObjects, queueConsumers } = settings;
  return {
    name: settings.name,
    ...modulesOf(bundle),
    compatibilityDate: settings.compatibilityDate,
    compatibilityFlags: [...settings.compatibilityFlags],
    bindings,
    d1Databases: { ...settings.d1Databases },
    r2Buckets: { ...settings.r2Buckets },
    queueProducers: { ...settings.queueProducers },
    queueConsumers: Object.fromEntries(
      Object.entries(queueConsumers).map(([queue, consumer]) => [queue, { ...consumer }]),
    ),
    durableObjects: Object.fromEntries(
      Object.entries(durableObjects).map(([binding, className]) => [binding, { className, useSQLite: true }]),
    ),
  };
}

async function boundOptions(
  { compatibilityDate }: WorkerSettings,
  binding: string,
  { entry, vars = {} }: BoundWorker,
): Promise<WorkerOptions> {
  return {
    name: binding.toLowerCase(),
    ...modulesOf(await buildWorker(entry)),
    compatibilityDate,
    bindings: { ...vars },
  };
}

const modulesOf = (
  bundle: Bundle,
): { modules: { type: "ESModule" | "CompiledWasm"; path: string; contents: string | Uint8Array<ArrayBuffer> }[] } => ({
  modules: bundle.modules.map(({ type, path, contents }) => ({
    type,
    path,
    contents: typeof contents === "string" ? contents : new Uint8Array(contents),
  })),
});

const serverOptions = (hear: (line: string) => void) => ({
  host: HOST,
  // The real one would be fetched from the network.
  cf: false,
  telemetry: { enabled: false },
  logRequests: false,
  log: new Log(LogLevel.ERROR),
  handleRuntimeStdio: (stdout: Readable, stderr: Readable): void => {
    for (const input of [stdout, stderr]) createInterface({ input }).on("line", hear);
  },
});
