import { fault, RuntimeHostError } from "../../core/errors.ts";
import type { BlobStore } from "../../spi/blob-store.ts";

/** R2 deletes at most this many keys in one call. */
const KEYS_PER_DELETE = 1_000;
/** R2 lists at most this many keys in one call. */
const KEYS_PER_LIST = 1_000;
/** How often a change is made anew because somebody else wrote first. R2 takes one write a second for each key. */
const MAX_ATTEMPTS = 5;

/** The blob store in an R2 bucket. Every failure leaves as SERVICE_UNAVAILABLE. */
export function r2BlobStore(bucket: R2Bucket): BlobStore {
  return {
    put: (key, body) =>
      answered(`store ${key}`, async () => {
        await bucket.put(key, body);
      }),
    get: (key, range) =>
      answered(`return ${key}`, () => (range ? readRange(bucket, key, range) : readAll(bucket, key))),
    getBytes: (key) =>
      answered(`return ${key}`, async () => {
        const object = await bucket.get(key);
        return object && new Uint8Array(await object.arrayBuffer());
      }),
    delete: (keys) =>
      answered("delete objects", async () => {
        for (let from = 0; from < keys.length; from += KEYS_PER_DELETE) {
          await bucket.delete(keys.slice(from, from + KEYS_PER_DELETE));
        }
      }),
    replace: (key, change) => answered(`replace ${key}`, () => replace(bucket, key, change)),
    list: (prefix, limit = Infinity, after = "") =>
      answered(`list ${prefix}`, async () => {
        const keys: string[] = [];
        let cursor: string | undefined;
        do {
          const page: R2Objects = await bucket.list({
            prefix,
            limit: Math.min(limit - keys.length, KEYS_PER_LIST),
            ...(cursor === undefined ? {} : { cursor }),
            ...(cursor === undefined && after !== "" ? { startAfter: after } : {}),
          });
          for (const { key } of page.objects) keys.push(key);
          cursor = page.truncated ? page.cursor : undefined;
        } while (cursor !== undefined && keys.length < limit);
        return keys.sort();
      }),
  };
}

/** Writes only over the version that was read: R2 answers null when it is another one by now. */
async function replace(bucket: R2Bucket, key: string, change: (body: Uint8Array) => Uint8Array): Promise<boolean> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const object = await bucket.get(key);
    if (!object) return false;
    const changed = change(new Uint8Array(await object.arrayBuffer()));
    if (await bucket.put(key, changed, { onlyIf: { etagMatches: object.etag } })) return true;
  }
  throw new Error("others keep writing to it");
}

async function readAll(bucket: R2Bucket, key: string): Promise<string | null> {
  const object = await bucket.get(key);
  return object ? object.text() : null;
}

/** R2 refuses empty ranges and ranges behind the end: both are empty texts of an object that exists. */
async function readRange(
  bucket: R2Bucket,
  key: string,
  range: { readonly offset: number; readonly length: number },
): Promise<string | null> {
  const isEmpty = async (): Promise<boolean | null> => {
    const head = await bucket.head(key);
    return head && (range.length <= 0 || range.offset >= head.size);
  };
  if (range.length <= 0) return (await isEmpty()) === null ? null : "";
  try {
    const object = await bucket.get(key, { range });
    return object ? await object.text() : null;
  } catch (cause) {
    if (await isEmpty()) return "";
    throw cause;
  }
}

async function answered<T>(purpose: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new RuntimeHostError(fault("SERVICE_UNAVAILABLE", `the blob store did not ${purpose}`), { cause });
  }
}
