import { and, eq, lt, sql } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import { z } from "zod";
import { LIFECYCLES } from "../../../core/registry/node.ts";
import type { BlobStore } from "../../../spi/blob-store.ts";
import { registryVersions } from "./tables.ts";

/** So many changed nodes, or scores, are worth an object: whoever begins would read them as rows. */
const WORTH_NODES = 100;
const WORTH_SCORES = 1_000;
/** Nobody publishes twice within so many seconds. */
const PAUSE_SECONDS = 30;

/** A registry's rows as they were at one version, as they are published: one object instead of all rows. */
export type PublishedRegistry = z.infer<typeof Published>;

const Published = z.object({
  version: z.string().regex(/^\d+\.\d+$/),
  nodes: z.array(
    z.object({ name: z.string(), version: z.string(), lifecycle: z.enum(LIFECYCLES), definition: z.string() }),
  ),
  scores: z.array(z.object({ node: z.string(), score: z.number(), confidence: z.number(), samples: z.number() })),
});

const keyOf = (tenant: string, version: number): string => `registry/${tenant}/${version}.json.gz`;

export const isWorthPublishing = (read: { readonly nodes: readonly unknown[]; readonly scores: readonly unknown[] }) =>
  read.nodes.length >= WORTH_NODES || read.scores.length >= WORTH_SCORES;

/** Whether this caller is to publish: of many who begin at once, one. */
export async function claimPublishing(db: DrizzleD1Database, tenant: string): Promise<boolean> {
  const claimed = await db
    .update(registryVersions)
    .set({ publishing: sql`unixepoch()` })
    .where(
      and(eq(registryVersions.tenant, tenant), lt(registryVersions.publishing, sql`unixepoch() - ${PAUSE_SECONDS}`)),
    )
    .returning({ tenant: registryVersions.tenant });
  return claimed.length > 0;
}

/** The object first, then the mark that leads to it; then the one before it goes, which nobody is led to any more. */
export async function publishRegistry(
  db: DrizzleD1Database,
  blobs: BlobStore,
  tenant: string,
  registry: PublishedRegistry,
): Promise<void> {
  const version = Number(registry.version.split(".")[0]);
  await blobs.put(keyOf(tenant, version), await packed(JSON.stringify(registry)));
  const of = eq(registryVersions.tenant, tenant);
  const [[before]] = await db.batch([
    db.select({ published: registryVersions.published }).from(registryVersions).where(of),
    db.update(registryVersions).set({ published: version }).where(of),
  ]);
  if (before && before.published !== version) await blobs.delete([keyOf(tenant, before.published)]);
}

/** Null when it is gone or no longer what it was: the rows are there. */
export async function readPublished(
  blobs: BlobStore,
  tenant: string,
  version: number,
): Promise<PublishedRegistry | null> {
  try {
    const bytes = await blobs.getBytes(keyOf(tenant, version));
    return bytes && Published.parse(JSON.parse(await unpacked(bytes)));
  } catch {
    return null;
  }
}

const packed = async (text: string): Promise<Uint8Array> =>
  new Uint8Array(await through(text, new CompressionStream("gzip")).arrayBuffer());

const unpacked = (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  through(bytes, new DecompressionStream("gzip")).text();

const through = (body: string | Uint8Array<ArrayBuffer>, stream: CompressionStream | DecompressionStream): Response =>
  new Response(new Response(body).body?.pipeThrough(stream) ?? null);
