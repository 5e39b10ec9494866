import { unstable_readConfig } from "wrangler";
import { PROJECT_ROOT } from "./project-root.ts";

export interface ConsumerSettings {
  readonly maxBatchSize: number;
  /** Seconds. */
  readonly maxBatchTimeout: number;
  readonly maxRetries: number;
  readonly deadLetterQueue?: string;
}

/** The part of wrangler.toml that a local run needs: one source of truth for bindings, queues and objects. */
export interface WorkerSettings {
  readonly name: string;
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly vars: Readonly<Record<string, string>>;
  /** Binding → id. */
  readonly d1Databases: Readonly<Record<string, string>>;
  /** Binding → bucket. */
  readonly r2Buckets: Readonly<Record<string, string>>;
  /** Binding → queue. */
  readonly queueProducers: Readonly<Record<string, string>>;
  /** Queue → how it is consumed. */
  readonly queueConsumers: Readonly<Record<string, ConsumerSettings>>;
  /** Binding → class, all of them with SQLite storage. */
  readonly durableObjects: Readonly<Record<string, string>>;
  readonly migrationsDir: string;
}

/** What wrangler's reader returns, as far as it is used here; its own type is not published with it. */
export interface WranglerConfig {
  readonly name?: string;
  readonly compatibility_date?: string;
  readonly compatibility_flags: readonly string[];
  readonly vars: Readonly<Record<string, unknown>>;
  readonly d1_databases: readonly {
    binding: string;
    database_name?: string;
    database_id?: string;
    migrations_dir?: string;
  }[];
  readonly workers_dev?: boolean;
  readonly routes?: readonly unknown[];
  readonly observability?: { readonly enabled?: boolean; readonly head_sampling_rate?: number };
  readonly limits?: { readonly cpu_ms?: number };
  readonly r2_buckets: readonly { binding: string; bucket_name?: string }[];
  readonly queues: {
    readonly producers?: readonly { binding: string; queue: string }[];
    readonly consumers?: readonly {
      queue: string;
      max_batch_size?: number;
      max_batch_timeout?: number;
      max_retries?: number;
      dead_letter_queue?: string;
    }[];
  };
  readonly durable_objects: { readonly bindings: readonly { name: string; class_name: string }[] };
  readonly migrations?: readonly { new_sqlite_classes?: readonly string[] }[];
}

/** Queues' own defaults, where wrangler.toml says nothing. */
const BATCH_SIZE = 10;
const BATCH_TIMEOUT_S = 5;
const RETRIES = 3;

/** The project's wrangler.toml as wrangler reads it: its top level, or an environment of it. */
export const readWranglerConfig = (env?: string): WranglerConfig =>
  unstable_readConfig(
    { config: `${PROJECT_ROOT}wrangler.toml`, ...(env === undefined ? {} : { env }) },
    { hideWarnings: true },
  ) as WranglerConfig;

/** Reads the top level (`development`) of the project's wrangler.toml with wrangler's own reader. */
export function readSettings(): WorkerSettings {
  const config = readWranglerConfig();
  const sqlite = new Set((config.migrations ?? []).flatMap(({ new_sqlite_classes = [] }) => new_sqlite_classes));
  const objects = config.durable_objects.bindings.map(({ name, class_name }) => [name, class_name] as const);
  const other = objects.find(([, className]) => !sqlite.has(className));
  if (other) throw new Error(`wrangler.toml: object class ${other[1]} is not among new_sqlite_classes`);
  return {
    name: config.name ?? "worker",
    compatibilityDate: config.compatibility_date ?? "",
    compatibilityFlags: config.compatibility_flags,
    vars: Object.fromEntries(Object.entries(config.vars).map(([key, value]) => [key, String(value)])),
    d1Databases: Object.fromEntries(config.d1_databases.map((one) => [one.binding, one.database_id ?? one.binding])),
    r2Buckets: Object.fromEntries(config.r2_buckets.map((one) => [one.binding, one.bucket_name ?? one.binding])),
    queueProducers: Object.fromEntries((config.queues.producers ?? []).map(({ binding, queue }) => [binding, queue])),
    queueConsumers: Object.fromEntries(
      (config.queues.consumers ?? []).map((one) => [
        one.queue,
        {
          maxBatchSize: one.max_batch_size ?? BATCH_SIZE,
          maxBatchTimeout: one.max_batch_timeout ?? BATCH_TIMEOUT_S,
          maxRetries: one.max_retries ?? RETRIES,
          ...(one.dead_letter_queue === undefined ? {} : { deadLetterQueue: one.dead_letter_queue }),
        },
      ]),
    ),
    durableObjects: Object.fromEntries(objects),
    migrationsDir: `${PROJECT_ROOT}${config.d1_databases[0]?.migrations_dir ?? "migrations"}`,
  };
}
