import type { ScaffoldSpecification } from "../../../contracts/documents/scaffold.ts";
import { derivedUuid } from "../../core/scaffold/derived-uuid.ts";
import { specificationHash } from "../../core/scaffold/render-node.ts";
import type { Birth, ScaffoldedNode } from "../../core/scaffold/scaffold-node.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import type { Clock } from "../../spi/clock.ts";

const folderOf = (tenant: string, node: { readonly name: string; readonly version: string }): string =>
  `scaffold/${tenant}/${node.name}/${node.version}`;

/**
 * Identity and age of the node a specification asks for. The uuid follows from the specification; the time is that of
 * the first attempt, which writes it down, so that every later attempt gives the same bytes.
 */
export async function birthOf(
  tenant: string,
  specification: ScaffoldSpecification,
  ports: { readonly blobs: BlobStore; readonly clock: Clock },
): Promise<Birth> {
  const hash = specificationHash(specification);
  const uuid = derivedUuid(`${tenant}/${specification.name}@${specification.version}/${hash}`);
  const key = `${folderOf(tenant, specification)}/births/${hash}.txt`;
  const known = await ports.blobs.get(key);
  if (known !== null) return { uuid, createdAt: known };
  const createdAt = new Date(ports.clock.now()).toISOString();
  await ports.blobs.put(key, createdAt);
  return { uuid, createdAt };
}

/** Stores every file under the node's digest, where nothing else can be, and gives the keys, sorted. */
export async function storeFiles(tenant: string, node: ScaffoldedNode, blobs: BlobStore): Promise<readonly string[]> {
  const prefix = filesPrefix(tenant, node.definition);
  await Promise.all(Object.entries(node.files).map(([file, text]) => blobs.put(prefix + file, text)));
  return Object.keys(node.files)
    .map((file) => prefix + file)
    .sort();
}

/** Where a scaffolded node's files are. */
export const filesPrefix = (
  tenant: string,
  node: { readonly name: string; readonly version: string; readonly digest: string },
): string => `${folderOf(tenant, node)}/${node.digest}/`;
