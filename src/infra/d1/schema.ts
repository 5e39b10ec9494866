import type { DeadLetterClass, DeadLetterStatus } from "../../core/dead-letters/dead-letter.ts";
import type { ErrorCode } from "../../core/errors.ts";
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * The tables of the D1 database. Every key starts with the tenant, but where archive objects are concerned, which tenants
 * share. After a change here `npm run db:generate` writes the next migration; give it a name, and never edit one that has
 * been released. Tables of small rows are created WITHOUT ROWID (added by hand to the generated SQL, which drizzle cannot
 * say), so that a write is one billed row.
 */

export * from "./registry/tables.ts";
export * from "./runs/tables.ts";

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
