import { and, eq } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import type { LifecycleReasons } from "../../../core/metadata/lifecycle.ts";
import type { NodeDefinition } from "../../../core/registry/node.ts";
import type { RegisteredNode } from "../../../spi/node-registry.ts";
import { nodes } from "../schema.ts";

export type NodeRow = typeof nodes.$inferSelect;

/** The definition of a row. Its lifecycle is the column's: everything else never changed since the registration. */
export function definitionOf(row: Pick<NodeRow, "definition" | "lifecycle">): NodeDefinition {
  const definition = JSON.parse(row.definition) as NodeDefinition;
  return { ...definition, lifecycle: row.lifecycle };
}

export const registeredOf = (row: NodeRow) =>
  ({
    definition: definitionOf(row),
    registeredAt: row.registeredAt,
    reasons: { deprecatedBy: row.deprecatedBy, archivedReason: row.archivedReason },
  }) satisfies RegisteredNode & { readonly reasons: LifecycleReasons };

export async function findNode(
  db: DrizzleD1Database,
  tenant: string,
  name: string,
  version: string,
): Promise<NodeRow | undefined> {
  const key = and(eq(nodes.tenant, tenant), eq(nodes.name, name), eq(nodes.version, version));
  const rows = await db.select().from(nodes).where(key);
  return rows[0];
}
