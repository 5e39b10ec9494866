import { and, eq } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import { isObject } from "../../../core/contract/map-schema.ts";
import { RuntimeHostError, type Fault } from "../../../core/errors.ts";
import type { LifecycleReasons } from "../../../core/metadata/lifecycle.ts";
import type { NodeDefinition } from "../../../core/registry/node.ts";
import { ok, type Result } from "../../../core/result.ts";
import { STORED_FORMS } from "../../../core/stored/forms.ts";
import { readFitting } from "../../../core/stored/stored-form.ts";
import type { RegisteredNode } from "../../../spi/node-registry.ts";
import { nodes } from "./tables.ts";

export type NodeRow = typeof nodes.$inferSelect;
type DefinitionRow = Pick<NodeRow, "name" | "version" | "lifecycle" | "definition">;

/**
 * The definition of a row. Its lifecycle is the column's: everything else never changed since the registration. Refusals:
 * RECORD_NEWER, RECORD_UNREADABLE.
 */
export function readDefinition(row: DefinitionRow): Result<NodeDefinition, Fault> {
  const read = readFitting<NodeDefinition>(
    STORED_FORMS["node definition"],
    row.definition,
    ({ name, version, entrypoint, inputs, outputs }) =>
      name === row.name &&
      version === row.version &&
      typeof entrypoint.type === "string" &&
      [inputs, outputs].every((map) => isObject(map)),
  );
  return read.ok ? ok({ ...read.value, lifecycle: row.lifecycle }) : read;
}

/** Throws RECORD_NEWER and RECORD_UNREADABLE: whoever asks for one name hears what is wrong with it. */
export const registeredOf = (row: NodeRow) =>
  ({
    definition: valueOf(readDefinition(row)),
    registeredAt: row.registeredAt,
    reasons: { deprecatedBy: row.deprecatedBy, archivedReason: row.archivedReason },
  }) satisfies RegisteredNode & { readonly reasons: LifecycleReasons };

function valueOf<T>(read: Result<T, Fault>): T {
  if (!read.ok) throw new RuntimeHostError(read.error);
  return read.value;
}

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
