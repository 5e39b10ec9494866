/** Large and lasting bytes: values over 64 KB, archived results, node artifacts. Keys are slash-separated paths. */
export interface BlobStore {
  /** Overwrites. Rejects with SERVICE_UNAVAILABLE when the store does not answer. */
  put(key: string, body: string | Uint8Array): Promise<void>;
  /** The text, or null when the key does not exist. */
  get(key: string, range?: { readonly offset: number; readonly length: number }): Promise<string | null>;
  /** Removing what is not there is not an error. */
  delete(keys: readonly string[]): Promise<void>;
  /** Every key under the prefix, sorted. */
  list(prefix: string): Promise<readonly string[]>;
}
