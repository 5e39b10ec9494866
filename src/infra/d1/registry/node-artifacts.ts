import { fault, RuntimeHostError } from "../../../core/errors.ts";
import type { NodeArtifacts } from "../../../core/registry/node.ts";
import type { BlobStore } from "../../../spi/blob-store.ts";

/** What names a node version's artifacts: with the digest in the key, other bytes get another key. */
export interface ArtifactAddress {
  readonly tenant: string;
  readonly name: string;
  readonly version: string;
  readonly digest: string;
}

const FILES = {
  metadata: "node.onex.yaml",
  contract: "contract.yaml",
  code: "node.js",
  /** All further files as one object, so that they change together. */
  files: "files.json",
} as const;

const keyOf = ({ tenant, name, version, digest }: ArtifactAddress, file: keyof typeof FILES): string =>
  `nodes/${tenant}/${name}/${version}/${digest}/${FILES[file]}`;

/** Stores the texts a node was registered from. Safe to repeat: equal keys hold equal bytes. */
export async function putArtifacts(
  blobs: BlobStore,
  address: ArtifactAddress,
  artifacts: NodeArtifacts,
): Promise<void> {
  const { metadata, contract, code, files } = artifacts;
  await Promise.all([
    ...(files === undefined ? [] : [putFiles(blobs, address, files)]),
    blobs.put(keyOf(address, "metadata"), metadata),
    blobs.put(keyOf(address, "contract"), contract),
    ...(code === undefined ? [] : [blobs.put(keyOf(address, "code"), code)]),
  ]);
}

/** Stores the further files of a node in the place of those that were there. */
export const putFiles = (
  blobs: BlobStore,
  address: ArtifactAddress,
  files: NonNullable<NodeArtifacts["files"]>,
): Promise<void> => blobs.put(keyOf(address, "files"), JSON.stringify(files));

/** Reads them back. Rejects with VALUE_UNAVAILABLE when a registered node's texts are not there. */
export async function getArtifacts(blobs: BlobStore, address: ArtifactAddress): Promise<NodeArtifacts> {
  const [metadata, contract, code, files] = await Promise.all([
    blobs.get(keyOf(address, "metadata")),
    blobs.get(keyOf(address, "contract")),
    blobs.get(keyOf(address, "code")),
    blobs.get(keyOf(address, "files")),
  ]);
  if (metadata === null || contract === null) {
    const place = `${address.name}@${address.version}`;
    throw new RuntimeHostError(fault("VALUE_UNAVAILABLE", "the artifacts of a registered node are missing", { place }));
  }
  return {
    metadata,
    contract,
    ...(code === null ? {} : { code }),
    ...(files === null ? {} : { files: JSON.parse(files) as NonNullable<NodeArtifacts["files"]> }),
  };
}
