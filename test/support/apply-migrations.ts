import { applyD1Migrations, type D1Migration } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { inject } from "vitest";
import type { RecordedDatabases } from "../compat/recorded-form.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Every file of migrations/, read by vitest.config.ts in Node. */
    migrations: D1Migration[];
    /** What earlier releases stored (test/compat), read the same way. */
    recorded: readonly RecordedDatabases[];
  }
}

// Storage is isolated per test file, so every file starts from an empty database with the full schema. A test that
// calls `reset()` drops the tables too and must apply the migrations again.
await applyD1Migrations(env.DB, inject("migrations"));
