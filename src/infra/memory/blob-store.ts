import type { BlobStore } from "../../spi/blob-store.ts";

/** The blob store in a map of byte arrays. */
export function memoryBlobStore(): BlobStore {
  const objects = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    async put(key, body) {
      objects.set(key, new Uint8Array(typeof body === "string" ? new TextEncoder().encode(body) : body));
    },
    async get(key, range) {
      const bytes = objects.get(key);
      if (!bytes) return null;
      return new TextDecoder().decode(range ? bytes.subarray(range.offset, range.offset + range.length) : bytes);
    },
    async getBytes(key) {
      return objects.get(key)?.slice() ?? null;
    },
    async delete(keys) {
      for (const key of keys) objects.delete(key);
    },
    async replace(key, change) {
      const bytes = objects.get(key);
      if (bytes) objects.set(key, new Uint8Array(change(bytes.slice())));
      return bytes !== undefined;
    },
    async list(prefix, limit = Infinity, after = "") {
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
      return keys.slice(0, limit);
    },
  };
}
