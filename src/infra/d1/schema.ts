import { index, integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * The tables of the D1 database. Every key starts with the tenant. After a change here `npm run db:generate` writes the
 * next migration; give it a name, and never edit one that has been released. Tables of small rows are created WITHOUT
 * ROWID (added by hand to the generated SQL, which drizzle cannot say), so that a write is one billed row.
 */

/** Registered node versions. All columns but the lifecycle and its reasons are written once. */
export const nodes = sqliteTable(
  "nodes",
  {
    tenant: text().notNull(),
    name: text().notNull(),
    version: text().notNull(),
    digest: text().notNull(),
    uuid: text().notNull(),
    lifecycle: text().notNull(),
    /** Why the lifecycle was moved: uuid of the successor, and a sentence. */
    deprecatedBy: text("deprecated_by"),
    archivedReason: text("archived_reason"),
    /** NodeDefinition as JSON; its lifecycle is the one it was registered with. */
    definition: text().notNull(),
    registeredAt: integer("registered_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.name, table.version] }),
    index("nodes_by_uuid").on(table.tenant, table.uuid),
  ],
);

/** Two counters a tenant: what a snapshot of its registry was made from. */
export const registryVersions = sqliteTable("registry_versions", {
  tenant: text().primaryKey(),
  nodesVersion: integer("nodes_version").notNull(),
  trustVersion: integer("trust_version").notNull(),
});

/** The planner's copy of each node version's score; the trust memory objects own the truth. */
export const trustScores = sqliteTable(
  "trust_scores",
  {
    tenant: text().notNull(),
    /** `name@version`. */
    node: text().notNull(),
    score: real().notNull(),
    confidence: real().notNull(),
    samples: integer().notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.node] })],
);

/** The run index: what a search looks through. */
export const runs = sqliteTable(
  "runs",
  {
    tenant: text().notNull(),
    runId: text("run_id").notNull(),
    status: text().notNull(),
    operation: text().notNull(),
    correlationId: text("correlation_id").notNull(),
    /** JSON list of contract keys. */
    want: text().notNull(),
    createdAt: integer("created_at").notNull(),
    finishedAt: integer("finished_at"),
    steps: integer().notNull(),
    faultCode: text("fault_code"),
    archiveKey: text("archive_key"),
    archiveOffset: integer("archive_offset"),
    archiveLength: integer("archive_length"),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.runId] }),
    index("runs_by_time").on(table.tenant, table.createdAt),
    index("runs_by_correlation").on(table.tenant, table.correlationId),
  ],
);

/** Messages nobody could process; their payloads are in the blob store. */
export const deadLetters = sqliteTable(
  "dead_letters",
  {
    tenant: text().notNull(),
    id: text().notNull(),
    queue: text().notNull(),
    errorType: text("error_type").notNull(),
    failureReason: text("failure_reason").notNull(),
    correlationId: text("correlation_id"),
    runId: text("run_id"),
    retryCount: integer("retry_count").notNull(),
    failedAt: integer("failed_at").notNull(),
    payloadKey: text("payload_key").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.id] }),
    index("dead_letters_by_time").on(table.tenant, table.failedAt),
  ],
);
