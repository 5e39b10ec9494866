import { Inflate } from "pako";

/** What came of inflating a body. */
export type Inflated =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "too-large" }
  | { readonly kind: "broken" };

/** Bytes handed out at a time: what is inflated beyond the limit is never more than this. */
const CHUNK_BYTES = 64 * 1024;

class TooLarge extends Error {}

/**
 * Inflates a gzip or zlib body (RFC 1952, RFC 1950) up to `maxBytes`, and stops there: a few bytes may stand for
 * gigabytes. Checksums are checked. The platform's DecompressionStream is of no use here: it inflates whatever is written
 * to it at once, however little of it is read.
 */
export function inflate(compressed: Uint8Array, maxBytes: number): Inflated {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const inflater = new Inflate({ chunkSize: CHUNK_BYTES });
  inflater.onData = (chunk) => {
    const bytes = chunk as Uint8Array;
    length += bytes.byteLength;
    if (length > maxBytes) throw new TooLarge();
    chunks.push(bytes);
  };
  let whole = false;
  inflater.onEnd = (status) => {
    whole = status === 0;
  };
  try {
    inflater.push(compressed, true);
  } catch (thrown) {
    return { kind: thrown instanceof TooLarge ? "too-large" : "broken" };
  }
  return whole ? { kind: "bytes", bytes: joined(chunks, length) } : { kind: "broken" };
}

/** Many pieces as one; a single one as it is. */
export function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = chunks;
  if (only && chunks.length === 1) return only;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
