import { sql } from "drizzle-orm";
import { blob, index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

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
