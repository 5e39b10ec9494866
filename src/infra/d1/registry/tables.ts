import type { Lifecycle } from "../../../core/registry/node.ts";
import { index, integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";

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
