import { and, asc, eq, sql } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import { nodeRef, type NodeDefinition, type NodeRef } from "../../../core/registry/node.ts";
import {
  changedSnapshot,
  EMPTY_SNAPSHOT,
  type RegistrySnapshot,
  type UnreadNode,
} from "../../../core/registry/snapshot.ts";
import type { TrustScore } from "../../../core/trust/score.ts";
import type { BlobStore } from "../../../spi/blob-store.ts";
import { nodes, registryVersions, trustScores } from "./tables.ts";
import { readDefinition } from "./node-rows.ts";
import {
  claimPublishing,
  isWorthPublishing,
  publishRegistry,
  readPublished,
  type PublishedRegistry,
} from "./published-registry.ts";
import { selectCounters, versionText, type RegistryCounters } from "./registry-version.ts";

/** Nodes and scores of one answer. */
const PAGE_SIZE = 500;

/** Where a reading goes on: behind all that was changed up to here, in the order of the changes. */
interface Cursor {
  readonly changedAt: number;
  readonly name: string;
  readonly version: string;
}

/** What was changed behind a stretch of the registry's history. */
interface Delta {
  readonly counters: RegistryCounters & { readonly chars: number };
  readonly nodes: PublishedRegistry["nodes"];
  readonly scores: PublishedRegistry["scores"];
  /** Nodes there are in all; null where none has changed, and nobody has counted. */
  readonly total: number | null;
}

/** Older than any change. */
const BEGINNING: RegistryCounters = { nodesVersion: -1, trustVersion: -1 };

/**
 * A tenant's registry as it is now: what has changed is laid over what is known, whether that is a snapshot at hand, the
 * one that somebody published, or nothing. So whoever follows a registry reads each change once, whoever begins reads one
 * object, and nobody reads all rows but the one who then publishes them. A node that cannot be read is left out and
 * named: it keeps nobody from planning without it.
 */
export async function readSnapshot(
  db: DrizzleD1Database,
  blobs: BlobStore,
  tenant: string,
  { since = null, pageSize = PAGE_SIZE }: { readonly since?: RegistrySnapshot | null; readonly pageSize?: number } = {},
): Promise<RegistrySnapshot> {
  if (since !== null) {
    const delta = await readDelta(db, tenant, countersOf(since.version), pageSize);
    const snapshot = delta && laidOver(since, delta);
    if (snapshot) return snapshot;
  }
  const [counters] = await selectCounters(db, tenant);
  const published = counters && counters.published > 0 ? await readPublished(blobs, tenant, counters.published) : null;
  if (published) {
    const delta = await readDelta(db, tenant, countersOf(published.version), pageSize);
    const base = snapshotOf(published);
    const snapshot = delta && laidOver(base, delta);
    if (snapshot) {
      if (isWorthPublishing(delta)) await publish(db, blobs, tenant, withDelta(published, delta));
      return snapshot;
    }
  }
  const whole = await readDelta(db, tenant, BEGINNING, pageSize);
  if (!whole) return EMPTY_SNAPSHOT;
  const all = { version: versionText(whole.counters), nodes: whole.nodes, scores: whole.scores };
  if (isWorthPublishing(whole)) await publish(db, blobs, tenant, all);
  return snapshotOf(all, whole.counters.chars);
}

/** Whoever is first within a while; that it fails is nobody's trouble but the next one's, who reads more rows. */
async function publish(db: DrizzleD1Database, blobs: BlobStore, tenant: string, registry: PublishedRegistry) {
  try {
    if (await claimPublishing(db, tenant)) await publishRegistry(db, blobs, tenant, registry);
  } catch {
    // It is published by the next one.
  }
}

/**
 * All that has changed since, or null when the registry is behind that: it was restored, or belongs to nobody. Pages are
 * in the order of changes: what is changed while they are read comes again on a later one, so the last page's version is
 * that of them all.
 */
async function readDelta(
  db: DrizzleD1Database,
  tenant: string,
  since: RegistryCounters,
  pageSize: number,
): Promise<Delta | null> {
  const found = new Map<NodeRef, Delta["nodes"][number]>();
  const scores = new Map<NodeRef, Delta["scores"][number]>();
  let node: Cursor = { changedAt: since.nodesVersion, name: "\u{10ffff}", version: "" };
  let score = { changedAt: since.trustVersion, node: "\u{10ffff}" };
  for (;;) {
    const [[counters], [all], nodePage, scorePage] = await db.batch([
      selectCounters(db, tenant),
      selectTotal(db, tenant, since),
      selectNodes(db, tenant, node, pageSize),
      selectScores(db, tenant, score, pageSize),
    ]);
    if (!counters || counters.nodesVersion < since.nodesVersion || counters.trustVersion < since.trustVersion) {
      return null;
    }
    for (const { changedAt: _changedAt, ...row } of nodePage) found.set(nodeRef(row), row);
    for (const { changedAt: _changedAt, ...row } of scorePage) scores.set(row.node, row);
    node = nodePage.at(-1) ?? node;
    score = scorePage.at(-1) ?? score;
    if (nodePage.length < pageSize && scorePage.length < pageSize) {
      return { counters, nodes: [...found.values()], scores: [...scores.values()], total: all?.total ?? null };
    }
  }
}

/** Null when there are other nodes than that makes: they came in another way than by what counts changes. */
function laidOver(before: RegistrySnapshot, delta: Delta): RegistrySnapshot | null {
  const after = changedSnapshot(before, changesIn(delta, versionText(delta.counters), delta.counters.chars));
  return delta.total === null || after.nodes.length + after.unread.length === delta.total ? after : null;
}

const snapshotOf = (registry: PublishedRegistry, chars = 0): RegistrySnapshot =>
  changedSnapshot(EMPTY_SNAPSHOT, changesIn(registry, registry.version, chars));

function changesIn({ nodes: rows, scores }: Pick<Delta, "nodes" | "scores">, version: string, chars: number) {
  const readable: NodeDefinition[] = [];
  const unread: UnreadNode[] = [];
  for (const row of rows) {
    const read = readDefinition(row);
    if (read.ok) readable.push(read.value);
    else unread.push({ node: nodeRef(row), code: read.error.code, message: read.error.message });
  }
  const trust = new Map<NodeRef, TrustScore>(
    scores.map(({ node, score, confidence, samples }) => [node, { score, confidence, samples }]),
  );
  return { version, nodes: readable, unread, trust, chars };
}

/** A published registry with what has changed since. */
function withDelta(published: PublishedRegistry, delta: Delta): PublishedRegistry {
  const rows = new Map([...published.nodes, ...delta.nodes].map((row) => [nodeRef(row), row]));
  const scores = new Map([...published.scores, ...delta.scores].map((row) => [row.node, row]));
  return { version: versionText(delta.counters), nodes: [...rows.values()], scores: [...scores.values()] };
}

function countersOf(version: string): RegistryCounters {
  const [nodesVersion = 0, trustVersion = 0] = version.split(".").map(Number);
  return { nodesVersion, trustVersion };
}

/** A score that moves changes no node: then nothing is counted, however large the registry is. */
const selectTotal = (db: DrizzleD1Database, tenant: string, { nodesVersion }: RegistryCounters) =>
  db
    .select({
      total: sql<number | null>`case when ${registryVersions.nodesVersion} > ${nodesVersion}
        then (select count(*) from ${nodes} where ${nodes.tenant} = ${tenant}) end`,
    })
    .from(registryVersions)
    .where(eq(registryVersions.tenant, tenant));

const selectNodes = (db: DrizzleD1Database, tenant: string, after: Cursor, limit: number) =>
  db
    .select({
      name: nodes.name,
      version: nodes.version,
      lifecycle: nodes.lifecycle,
      definition: nodes.definition,
      changedAt: nodes.changedAt,
    })
    .from(nodes)
    .where(
      and(
        eq(nodes.tenant, tenant),
        sql`(${nodes.changedAt}, ${nodes.name}, ${nodes.version}) > (${after.changedAt}, ${after.name}, ${after.version})`,
      ),
    )
    .orderBy(asc(nodes.changedAt), asc(nodes.name), asc(nodes.version))
    .limit(limit);

const selectScores = (
  db: DrizzleD1Database,
  tenant: string,
  after: { readonly changedAt: number; readonly node: string },
  limit: number,
) =>
  db
    .select({
      node: trustScores.node,
      score: trustScores.score,
      confidence: trustScores.confidence,
      samples: trustScores.samples,
      changedAt: trustScores.changedAt,
    })
    .from(trustScores)
    .where(
      and(
        eq(trustScores.tenant, tenant),
        sql`(${trustScores.changedAt}, ${trustScores.node}) > (${after.changedAt}, ${after.node})`,
      ),
    )
    .orderBy(asc(trustScores.changedAt), asc(trustScores.node))
    .limit(limit);
