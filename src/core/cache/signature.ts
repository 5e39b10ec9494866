import type { JsonObject } from "../../../contracts/json/json.ts";
import { valueHash } from "../run/model/hash.ts";

/** Lower-case hex SHA-256: names everything a result depends on. */
export type Signature = string;

/** What a cached result is kept under, within a tenant. */
export interface CacheKey {
  readonly node: string;
  readonly version: string;
  readonly signature: Signature;
}

/** Everything a node's result depends on. A version, once registered, never changes its code. */
export interface SignedCall {
  readonly node: string;
  readonly version: string;
  /** Hash of the input state; of a composite, see `boundaryCall`. */
  readonly inputHash: string;
  /** Hash of the node's configuration; of a composite, of its body as planned. */
  readonly configHash: string;
}

/** SHA-256 over the canonical JSON (RFC 8785) of {node, version, input_hash, config_hash}. */
export const signatureOf = ({ node, version, inputHash, configHash }: SignedCall): Signature =>
  valueHash({ node, version, input_hash: inputHash, config_hash: configHash });

const configHashes = new WeakMap<JsonObject, string>();

/** SHA-256 of the canonical JSON of a node's configuration; worked out once per object. */
export function configHash(config: JsonObject): string {
  let hash = configHashes.get(config);
  if (hash === undefined) configHashes.set(config, (hash = valueHash(config)));
  return hash;
}
