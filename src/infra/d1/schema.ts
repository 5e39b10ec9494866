import type { DeadLetterClass, DeadLetterStatus } from "../../core/dead-letters/dead-letter.ts";
import type { ErrorCode } from "../../core/errors.ts";
import type { Lifecycle } from "../../core/registry/node.ts";
import { sql } from "drizzle-orm";
import { blob, index, integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * The tables of the D1 database. Every key starts with the tenant, but where archive objects are concerned, which tenants
 * share. After a change here `npm run db:generate` writes the next migration; give it a name, and never edit one that has
 * been released. Tables of small rows are created WITHOUT ROWID (added by hand to the generated SQL, which drizzle cannot
 * say), so that a write is one billed row.
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
    lifecycle: text().$type<Lifecycle>().notNull(),
    /** Why the lifecycle was moved: uuid of the successor, and a sentence. */
    deprecatedBy: text("deprecated_by"),
    archivedReason: text("archived_reason"),
    /** NodeDefinition as JSON; its lifecycle is the one it was registered with. */
    definition: text().notNull(),
    registeredAt: integer("registered_at").notNull(),
    /** `nodesVersion` of the write that changed it last. */
    changedAt: integer("changed_at").notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.name, table.version] }),
    index("nodes_by_uuid").on(table.tenant, table.uuid),
    index("nodes_by_change").on(table.tenant, table.changedAt, table.name, table.version),
  ],
);

/** Two counters a tenant: what a snapshot of its registry was made from; and how large it is, and where it is published. */
export const registryVersions = sqliteTable("registry_versions", {
  tenant: text().primaryKey(),
  nodesVersion: integer("nodes_version").notNull(),
  trustVersion: integer("trust_version").notNull(),
  /** Characters of all definitions together. */
  chars: integer().notNull().default(0),
  /** `nodesVersion` of the newest published snapshot; 0 before the first. */
  published: integer().notNull().default(0),
  /** When somebody last took it upon himself to publish one, in seconds since the epoch. */
  publishing: integer().notNull().default(0),
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
    /** `trustVersion` of the write that changed it last. */
    changedAt: integer("changed_at").notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.node] }),
    index("trust_by_change").on(table.tenant, table.changedAt, table.node),
  ],
);

/**
 * The run index: what a search looks through, kept in the order of time. A finished run that ended well is one billed row;
 * the partial indices hold only what its own place does not tell, what is unfinished or has failed (docs/adr/0020).
 */
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
    /** JSON list. */
    tags: text().notNull().default("[]"),
    /** JSON list of `name@version`. */
    nodes: text().notNull().default("[]"),
    faultMessage: text("fault_message"),
    revision: integer().notNull().default(0),
    cachedSteps: integer("cached_steps").notNull().default(0),
    /** JSON list of blob keys; null when there are none. */
    valueKeys: text("value_keys"),
    /** A deleted run's row holds nothing else: it keeps late messages from bringing the run back. */
    deletedAt: integer("deleted_at"),
    /** 1 when the run's id does not tell when it was created (core/search/told-time); 0 when it does. */
    idIndexed: integer("id_indexed").notNull().default(0),
    /** 1 when the correlation id does not tell it; 0 when it does. */
    correlationIndexed: integer("correlation_indexed").notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.createdAt, table.runId] }),
    index("runs_by_id")
      .on(table.tenant, table.runId)
      .where(sql`id_indexed = 1`),
    index("runs_by_correlation")
      .on(table.tenant, table.correlationId, table.createdAt)
      .where(sql`correlation_indexed = 1`),
    index("runs_unfinished")
      .on(table.tenant, table.createdAt)
      .where(sql`finished_at is null`),
    index("runs_with_fault")
      .on(table.tenant, table.createdAt)
      .where(sql`fault_code is not null`),
    index("runs_deleted")
      .on(table.tenant, table.deletedAt)
      .where(sql`deleted_at is not null`),
  ],
);

/** In which minutes some run with a label was created: one row a label and minute, however many runs there are. */
export const runLabels = sqliteTable(
  "run_labels",
  {
    tenant: text().notNull(),
    /** `node:…`, `tag:…`, `operation:…` (core/search/labels). */
    label: text().notNull(),
    /** The first millisecond of the minute. */
    minute: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.label, table.minute] })],
);

/**
 * How runs are found that have no row of their own: what an archive object holds of a tenant's runs of one minute. The runs
 * themselves are told by the index that the object carries.
 */
export const runParts = sqliteTable(
  "run_parts",
  {
    tenant: text().notNull(),
    /** The last moment a run of it was created, and the first. */
    lastAt: integer("last_at").notNull(),
    archiveKey: text("archive_key").notNull(),
    firstAt: integer("first_at").notNull(),
    /** What is counted of its runs; of those that were not deleted. */
    runs: integer().notNull(),
    steps: integer().notNull(),
    cachedSteps: integer("cached_steps").notNull(),
    /** JSON list of the numbers of the rings the runs come from. */
    rings: text().notNull(),
    /** JSON list of every label some run of it has; null when they are too many. */
    labels: text(),
    /** Where its first record begins, and where its line of the object's own index is. */
    offset: integer().notNull(),
    indexOffset: integer("index_offset").notNull(),
    indexLength: integer("index_length").notNull(),
    /** A few bytes a record (core/archive/strip). */
    strip: blob().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.lastAt, table.archiveKey] })],
);

/** Archive objects that index rows were stored for, each since before its rows. */
export const archiveObjects = sqliteTable("segments", { key: text().primaryKey() });

/** Bytes of archive objects that are to be blanked. */
export const erasures = sqliteTable(
  "erasures",
  { object: text("segment").notNull(), offset: integer().notNull(), length: integer().notNull() },
  (table) => [primaryKey({ columns: [table.object, table.offset] })],
);

/** Which runs refer to a large value; only runs that have any. */
export const valueRefs = sqliteTable(
  "value_refs",
  { tenant: text().notNull(), key: text().notNull(), runId: text("run_id").notNull() },
  (table) => [primaryKey({ columns: [table.tenant, table.key, table.runId] })],
);

/** Large values that lost a run which referred to them. */
export const valueDoubts = sqliteTable(
  "value_doubts",
  { tenant: text().notNull(), key: text().notNull(), since: integer().notNull() },
  (table) => [
    primaryKey({ columns: [table.tenant, table.key] }),
    index("value_doubts_by_time").on(table.tenant, table.since),
  ],
);

/**
 * Results by signature: one billed row an entry. Values over 64 KB are in the blob store. Small columns come first, so
 * that looking through the table reads no values.
 */
export const resultCache = sqliteTable(
  "result_cache",
  {
    tenant: text().notNull(),
    node: text().notNull(),
    version: text().notNull(),
    signature: text().notNull(),
    /** The run that made the result. */
    runId: text("run_id").notNull(),
    madeAt: integer("made_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    bytes: integer().notNull(),
    /** JSON list of blob keys; null when there are none. */
    blobs: text(),
    outputHash: text("output_hash").notNull(),
    /** Contract key → stored value, as JSON. */
    outputs: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.node, table.version, table.signature] })],
);

/** How often results of a node version were used and stored; one row a node version and archived batch is written. */
export const cacheCounts = sqliteTable(
  "cache_counts",
  {
    tenant: text().notNull(),
    node: text().notNull(),
    version: text().notNull(),
    hits: integer().notNull(),
    stored: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.node, table.version] })],
);

/** How far recurring work has come. */
export const sweepMarks = sqliteTable("sweep_marks", { name: text().primaryKey(), value: text().notNull() });

/** Messages nobody could process; their payloads are in the blob store. */
export const deadLetters = sqliteTable(
  "dead_letters",
  {
    tenant: text().notNull(),
    id: text().notNull(),
    queue: text().notNull(),
    errorType: text("error_type").$type<DeadLetterClass>().notNull(),
    failureReason: text("failure_reason").notNull(),
    correlationId: text("correlation_id"),
    runId: text("run_id"),
    retryCount: integer("retry_count").notNull(),
    failedAt: integer("failed_at").notNull(),
    payloadKey: text("payload_key").notNull(),
    messageType: text("message_type"),
    causeCode: text("cause_code").$type<ErrorCode>(),
    causeMessage: text("cause_message"),
    /** LostWork as JSON. */
    work: text(),
    status: text().$type<DeadLetterStatus>().notNull().default("open"),
    redrives: integer().notNull().default(0),
    redrivenAt: integer("redriven_at"),
    resolvedAt: integer("resolved_at"),
    resolution: text(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.id] }),
    index("dead_letters_by_time").on(table.tenant, table.failedAt),
    index("dead_letters_by_run")
      .on(table.tenant, table.runId)
      .where(sql`run_id is not null`),
    index("dead_letters_redriven")
      .on(table.tenant, table.redrivenAt)
      .where(sql`status = 'redriven'`),
  ],
);

/** Runs that were set aside: what can be listed and counted of them without asking their rings. */
export const quarantine = sqliteTable(
  "quarantine",
  {
    tenant: text().notNull(),
    runId: text("run_id").notNull(),
    code: text().notNull(),
    message: text().notNull(),
    hint: text(),
    since: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.runId] }),
    index("quarantine_by_time").on(table.tenant, table.since, table.runId),
  ],
);

/** Bus messages: who took them, and what was started. */
export const triggers = sqliteTable(
  "triggers",
  {
    tenant: text().notNull(),
    triggerId: text("trigger_id").notNull(),
    groupName: text("group_name").notNull(),
    idempotentKey: text("idempotent_key").notNull(),
    /** SHA-256 of what is asked for. */
    hash: text().notNull(),
    correlationId: text("correlation_id").notNull(),
    source: text().notNull(),
    receivedAt: integer("received_at").notNull(),
    status: text().notNull(),
    duplicateOf: text("duplicate_of"),
    /** List of TriggerPart as JSON. */
    parts: text().notNull(),
    leftOut: integer("left_out").notNull().default(0),
    faultCode: text("fault_code"),
    faultMessage: text("fault_message"),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.triggerId] }),
    index("triggers_by_key").on(table.tenant, table.groupName, table.idempotentKey),
    index("triggers_by_time").on(table.tenant, table.receivedAt),
  ],
);

/** What was done because a run had ended: envelopes sent, triggers answered. */
export const runSequels = sqliteTable(
  "run_sequels",
  {
    tenant: text().notNull(),
    runId: text("run_id").notNull(),
    list: text().notNull(),
    position: integer().notNull(),
    childId: text("child_id"),
    faultCode: text("fault_code"),
    faultMessage: text("fault_message"),
    at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.runId, table.list, table.position] }),
    index("run_sequels_by_time").on(table.tenant, table.at),
  ],
);

/** What isolates tell each other of the targets that handlers call. */
export const breakers = sqliteTable(
  "breakers",
  {
    tenant: text().notNull(),
    binding: text().notNull(),
    target: text().notNull(),
    /** In a row, of all isolates together. */
    failures: integer().notNull(),
    /** Milliseconds since the epoch; null while the breaker is closed. */
    openUntil: integer("open_until"),
    /** Who tries, has until then. */
    trialUntil: integer("trial_until"),
    changedAt: integer("changed_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.binding, table.target] }),
    index("breakers_by_time").on(table.changedAt),
  ],
);
