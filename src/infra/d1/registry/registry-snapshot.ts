import { and, asc, eq, sql } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import { fault, RuntimeHostError } from "../../../core/errors.ts";
import { nodeRef, type NodeDefinition, type NodeRef } from "../../../core/registry/node.ts";
import { buildSnapshot, type RegistrySnapshot, type UnreadNode } from "../../../core/registry/snapshot.ts";
import { unproven, type TrustScore } from "../../../core/trust/score.ts";
import { readDefinition } from "./node-rows.ts";
import { selectCounters, versionText } from "./registry-version.ts";
import { nodes, trustScores } from "../schema.ts";

/** Nodes of one answer. */
const PAGE_SIZE = 500;
/** How often reading starts over because nodes were registered meanwhile. */
const MAX_ATTEMPTS = 5;

/**
 * Reads a tenant's whole registry as it was at one version. The version, the trust scores and the first page come from
 * one transaction; a later page that finds another version starts the reading over. A node that cannot be read is left
 * out and named: it keeps nobody from planning without it.
 */
export async function readSnapshot(
  db: DrizzleD1Database,
  tenant: string,
  pageSize: number = PAGE_SIZE,
): Promise<RegistrySnapshot> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const snapshot = await readOnce(db, tenant, pageSize);
    if (snapshot) return snapshot;
  }
  throw new RuntimeHostError(fault("SERVICE_UNAVAILABLE", "the registry changes faster than it can be read"));
}

async function readOnce(db: DrizzleD1Database, tenant: string, pageSize: number): Promise<RegistrySnapshot | null> {
  const [counters, first, scores] = await db.batch([
    selectCounters(db, tenant),
    selectPage(db, tenant, { name: "", version: "" }, pageSize),
    db.select().from(trustScores).where(eq(trustScores.tenant, tenant)),
  ]);
  const definitions: NodeDefinition[] = [];
  const unread: UnreadNode[] = [];
  const take = (row: (typeof first)[number]): void => {
    const read = readDefinition(row);
    if (read.ok) definitions.push(read.value);
    else unread.push({ node: nodeRef(row), code: read.error.code, message: read.error.message });
  };
  for (const row of first) take(row);
  let page = first;
  while (page.length === pageSize) {
    const last = page.at(-1) ?? { name: "", version: "" };
    const [now, next] = await db.batch([selectCounters(db, tenant), selectPage(db, tenant, last, pageSize)]);
    if (now[0]?.nodesVersion !== counters[0]?.nodesVersion) return null;
    for (const row of next) take(row);
    page = next;
  }
  return buildSnapshot(versionText(counters[0]), definitions, trustOf(definitions, scores), unread);
}

const selectPage = (db: DrizzleD1Database, tenant: string, after: { name: string; version: string }, limit: number) =>
  db
    .select({ name: nodes.name, version: nodes.version, lifecycle: nodes.lifecycle, definition: nodes.definition })
    .from(nodes)
    .where(and(eq(nodes.tenant, tenant), sql`(${nodes.name}, ${nodes.version}) > (${after.name}, ${after.version})`))
    .orderBy(asc(nodes.name), asc(nodes.version))
    .limit(limit);

/** A score for every node: what was stored, or the prior its author declares. */
function trustOf(
  definitions: readonly NodeDefinition[],
  rows: readonly (typeof trustScores.$inferSelect)[],
): ReadonlyMap<NodeRef, TrustScore> {
  const stored = new Map(rows.map(({ node, score, confidence, samples }) => [node, { score, confidence, samples }]));
  return new Map(definitions.map((node) => [nodeRef(node), stored.get(nodeRef(node)) ?? unproven(node.declaredTrust)]));
}
