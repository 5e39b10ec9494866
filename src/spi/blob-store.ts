/** Large and lasting bytes: values over 64 KB, archived results, node artifacts. Keys are slash-separated paths. */
export interface BlobStore {
  /** Overwrites. Rejects with SERVICE_UNAVAILABLE when the store does not answer. */
  put(key: string, body: string | Uint8Array): Promise<void>;
  /** The text, or null when the key does not exist. */
  get(key: string, range?: { readonly offset: number; readonly length: number }): Promise<string | null>;
  /** The bytes, or null when the key does not exist. */
  getBytes(key: string): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Removing what is not there is not an error. */
  delete(keys: readonly string[]): Promise<void>;
  /**
   * Changes an object in one step: reads it, and writes what `change` makes of it unless somebody wrote in between, in
   * which case it begins again. `change` may be called several times. Answers false when the key does not exist. Rejects
   * with SERVICE_UNAVAILABLE, also when others keep writing.
   */
  replace(key: string, change: (body: Uint8Array) => Uint8Array): Promise<boolean>;
  /** The keys under the prefix, sorted: all of them, or the first `limit`; with `after`, of those that sort behind it. */
  list(prefix: string, limit?: number, after?: string): Promise<readonly string[]>;
}
