import type { ContractKey } from "../registry/node.ts";
import type { Instant, RunId } from "../run/model/state.ts";
import { isRef, type StoredValue } from "../run/model/value.ts";
import type { CacheKey } from "./signature.ts";

/** A result that may be used again. Large values are references into the cache's own part of the blob store. */
export interface CacheEntry extends CacheKey {
  readonly tenant: string;
  /** By contract key; of a composite, by its own output keys. */
  readonly outputs: Readonly<Record<ContractKey, StoredValue>>;
  /** SHA-256 over the canonical JSON of contract key → value hash: what is read back must have it. */
  readonly outputHash: string;
  /** All values as JSON, references counted with what they refer to. */
  readonly bytes: number;
  /** The run that made it. */
  readonly runId: RunId;
  /** When the result was made. Milliseconds since the epoch. */
  readonly madeAt: Instant;
  /** From this moment on the entry is as if it were not there. */
  readonly expiresAt: Instant;
}

/** How often the results of a node version were used, and stored: counted when runs are archived. */
export interface CacheCount {
  readonly tenant: string;
  readonly node: string;
  readonly version: string;
  readonly hits: number;
  readonly stored: number;
}

/** What the cache holds of a node version, and has done for it. */
export interface CacheStats extends Omit<CacheCount, "tenant"> {
  readonly entries: number;
  readonly bytes: number;
}

export const isLive = ({ expiresAt }: Pick<CacheEntry, "expiresAt">, now: Instant): boolean => expiresAt > now;

/** Blob keys of the entry's large values. */
export const blobKeysOf = ({ outputs }: Pick<CacheEntry, "outputs">): readonly string[] =>
  Object.values(outputs).flatMap((value) => (isRef(value) ? [value.ref.key] : []));
