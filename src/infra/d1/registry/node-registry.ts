import { and, eq } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import { compareVersions } from "../../../core/registry/snapshot.ts";
import type { BlobStore } from "../../../spi/blob-store.ts";
import type { NodeRegistry } from "../../../spi/node-registry.ts";
import { answered } from "../edge.ts";
import { getArtifacts } from "./node-artifacts.ts";
import { moveLifecycle } from "./node-lifecycle.ts";
import { registerNode } from "./node-registration.ts";
import { findNode, registeredOf } from "./node-rows.ts";
import { readSnapshot } from "./registry-snapshot.ts";
import { currentVersion } from "./registry-version.ts";
import { nodes } from "./tables.ts";

export interface D1NodeRegistryOptions {
  /** Nodes read at a time while a snapshot is taken. */
  readonly pageSize?: number;
}

/** The registry in D1, with the texts of its nodes in the blob store. */
export function d1NodeRegistry(
  db: DrizzleD1Database,
  blobs: BlobStore,
  { pageSize }: D1NodeRegistryOptions = {},
): NodeRegistry {
  return {
    register: (tenant, definition, artifacts, now) =>
      answered("register the node", () => registerNode(db, blobs, { tenant, definition, artifacts, now })),
    versions: (tenant, name) =>
      answered("list the versions of a node", async () => {
        const rows = await db
          .select()
          .from(nodes)
          .where(and(eq(nodes.tenant, tenant), eq(nodes.name, name)));
        return rows.sort((a, b) => compareVersions(b.version, a.version)).map(registeredOf);
      }),
    artifacts: (tenant, name, version) =>
      answered("look up a node's artifacts", async () => {
        const row = await findNode(db, tenant, name, version);
        return row ? getArtifacts(blobs, row) : null;
      }),
    setLifecycle: (tenant, name, version, lifecycle, reasons = {}) =>
      answered("move a node's lifecycle", () => moveLifecycle(db, { tenant, name, version, to: lifecycle, reasons })),
    version: (tenant) => answered("tell the registry version", () => currentVersion(db, tenant)),
    snapshot: (tenant, since = null) =>
      answered("read the registry", () =>
        readSnapshot(db, blobs, tenant, { since, ...(pageSize === undefined ? {} : { pageSize }) }),
      ),
  };
}
