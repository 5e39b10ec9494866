import type { Objects } from "../src/infra/durable/objects.ts";

/**
 * What a deployment of ONEX is bound to. A project's own wrangler.toml binds all of it, as `onex init` writes it, and
 * whatever else it likes: databases of its nodes, services, secrets.
 */
export interface OnexBindings {
  /** Registry, index of runs, dead letters. */
  readonly DB: D1Database;
  /** Values and archived runs. */
  readonly BLOBS: R2Bucket;
  readonly EXECUTE: Queue;
  readonly EVENTS: Queue;
  readonly TRIGGERS: Queue;
  readonly RESULTS: Queue;
  readonly RINGS_NS: Objects;
  readonly TRUST_NS: Objects;
  readonly LIMITS_NS: Objects;
  readonly POOLS_NS: Objects;
  readonly ENVIRONMENT: string;
  readonly RINGS: string;
  readonly LEASE_GRACE_MS: string;
  readonly TENANT_CONCURRENCY: string;
  readonly RETENTION_DAYS: string;
  readonly LOCATION_HINT: string;
  readonly RUNTIME_CONTRACT: string;
  /** The bearer token of /v1; without it nobody is let in. */
  readonly ONEX_TOKEN?: string;
}

const NEEDED = {
  DB: "object",
  BLOBS: "object",
  EXECUTE: "object",
  EVENTS: "object",
  TRIGGERS: "object",
  RESULTS: "object",
  RINGS_NS: "object",
  TRUST_NS: "object",
  LIMITS_NS: "object",
  POOLS_NS: "object",
  ENVIRONMENT: "string",
  RINGS: "string",
  LEASE_GRACE_MS: "string",
  TENANT_CONCURRENCY: "string",
  RETENTION_DAYS: "string",
  LOCATION_HINT: "string",
  RUNTIME_CONTRACT: "string",
} as const satisfies Record<Exclude<keyof OnexBindings, "ONEX_TOKEN">, "object" | "string">;

/** The names of bindings and variables that are not there, or are something else. */
export const missingBindings = (env: object): readonly string[] =>
  Object.entries(NEEDED).flatMap(([name, kind]) => (typeof Reflect.get(env, name) === kind ? [] : [name]));

/** Whether everything that is needed is bound. */
export const isBound = (env: object): env is OnexBindings => missingBindings(env).length === 0;
