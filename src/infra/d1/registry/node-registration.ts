import { and, eq, or, sql } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import { fault, RuntimeHostError, type Fault } from "../../../core/errors.ts";
import { nodeRef, type NodeArtifacts, type NodeDefinition } from "../../../core/registry/node.ts";
import { findsRoom, meets } from "../../../core/registry/refusals.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { BlobStore } from "../../../spi/blob-store.ts";
import type { Registration } from "../../../spi/node-registry.ts";
import { putArtifacts, putFiles } from "./node-artifacts.ts";
import { bumpCounter, counted, currentVersion, selectCounters, versionText } from "./registry-version.ts";
import { nodes, registryVersions } from "./tables.ts";

export interface RegistrationRequest {
  readonly tenant: string;
  readonly definition: NodeDefinition;
  readonly artifacts: NodeArtifacts;
  readonly now: number;
}

/** A row of D1 holds 2 MB; the rest of the row is small. */
const MAX_DEFINITION_BYTES = 1_900_000;

/**
 * Artifacts first, then the row and the version bump in one transaction: a failure in between leaves an object nobody
 * refers to, never a node without its texts. The insert itself refuses what is taken, so of two registrations that race
 * exactly one creates the node; the other is told what it met.
 */
export async function registerNode(
  db: DrizzleD1Database,
  blobs: BlobStore,
  request: RegistrationRequest,
): Promise<Result<Registration, Fault>> {
  const { tenant, definition, artifacts } = request;
  const known = await judge(db, tenant, definition);
  if (known?.ok && artifacts.files) await putFiles(blobs, { tenant, ...definition }, artifacts.files);
  if (known) return known;
  const json = JSON.stringify(definition);
  if (new TextEncoder().encode(json).byteLength > MAX_DEFINITION_BYTES) {
    return err(fault("PAYLOAD_TOO_LARGE", `the node's definition is over ${MAX_DEFINITION_BYTES} bytes`));
  }
  const [registry] = await selectCounters(db, tenant);
  const room = findsRoom(nodeRef(definition), json.length, registry?.chars ?? 0);
  if (!room.ok) return room;
  await putArtifacts(blobs, { tenant, ...definition }, artifacts);
  const [counters, inserted] = await db.batch([
    bumpCounter(db, tenant, "nodesVersion"),
    insertUnlessTaken(db, request, json),
    countChars(db, request, json),
  ]);
  if (inserted.length > 0) return ok({ created: true, registryVersion: versionText(counters[0]) });
  const met = await judge(db, tenant, definition);
  if (met) return met;
  throw new RuntimeHostError(fault("SERVICE_UNAVAILABLE", "the registry refused a node and does not say why"));
}

/** The answer to a registration that does not create the node; null when nothing is in its way. */
async function judge(
  db: DrizzleD1Database,
  tenant: string,
  node: NodeDefinition,
): Promise<Result<Registration, Fault> | null> {
  const sameVersion = and(eq(nodes.name, node.name), eq(nodes.version, node.version));
  const registered = await db
    .select({ name: nodes.name, version: nodes.version, uuid: nodes.uuid, digest: nodes.digest })
    .from(nodes)
    .where(and(eq(nodes.tenant, tenant), or(sameVersion, eq(nodes.uuid, node.uuid))));
  const met = meets(node, registered);
  if (!met.ok) return met;
  return met.value === "nobody" ? null : ok({ created: false, registryVersion: await currentVersion(db, tenant) });
}

const insertUnlessTaken = (
  db: DrizzleD1Database,
  { tenant, definition: { name, version, digest, uuid, lifecycle }, now }: RegistrationRequest,
  json: string,
) =>
  db
    .insert(nodes)
    .select(
      sql`select ${tenant}, ${name}, ${version}, ${digest}, ${uuid}, ${lifecycle}, null, null, ${json}, ${now},
            ${counted(tenant, "nodesVersion")}
          where not exists (select 1 from ${nodes}
            where ${nodes.tenant} = ${tenant} and ${nodes.uuid} = ${uuid} and ${nodes.name} <> ${name})`,
    )
    .onConflictDoNothing()
    .returning({ name: nodes.name });

/** Adds a definition to what the registry holds, if it was this very write that inserted it. */
const countChars = (
  db: DrizzleD1Database,
  { tenant, definition: { name, version } }: RegistrationRequest,
  json: string,
) =>
  db
    .update(registryVersions)
    .set({ chars: sql`${registryVersions.chars} + ${json.length}` })
    .where(
      and(
        eq(registryVersions.tenant, tenant),
        sql`exists (select 1 from ${nodes} where ${nodes.tenant} = ${tenant} and ${nodes.name} = ${name}
          and ${nodes.version} = ${version} and ${nodes.changedAt} = ${registryVersions.nodesVersion})`,
      ),
    );
