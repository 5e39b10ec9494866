import type { Erasure } from "../../core/retention/erasure.ts";

/** The books on archive objects. All methods are safe to repeat and reject with SERVICE_UNAVAILABLE. */
export interface ArchiveBook {
  /** Of all archive objects whose key starts with `prefix`, those that index rows were stored for. */
  known(prefix: string): Promise<ReadonlySet<string>>;
  /** The objects are gone. */
  forget(objects: readonly string[]): Promise<void>;
  /** Bytes to be erased, of one object or, without one, of any. At most `limit`. */
  erasures(limit: number, object?: string): Promise<readonly Erasure[]>;
  /** The bytes are erased. */
  settle(erasures: readonly Erasure[]): Promise<void>;
}
