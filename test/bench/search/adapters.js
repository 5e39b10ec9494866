import { drizzle } from "drizzle-orm/d1";
import { d1RunIndex } from "../../../src/infra/d1/runs/run-index.ts";
import { d1RunParts } from "../../../src/infra/d1/runs/run-parts.ts";
import { r2BlobStore } from "../../../src/infra/r2/blob-store.ts";

/** @param {import("miniflare").Miniflare} mf */
export async function openAdapters(mf) {
  const db = drizzle(await mf.getD1Database("DB"));
  return { index: d1RunIndex(db), parts: d1RunParts(db), blobs: r2BlobStore(await mf.getR2Bucket("BLOBS")) };
}
