import type { MiddlewareHandler } from "hono";
import { fault } from "../../../src/core/errors.ts";
import type { AppContext, AppEnv } from "./context.ts";
import { problemResponse } from "../answer/problem.ts";

/** The largest body a POST may have: 1 MiB. */
export const MAX_BODY_BYTES = 1_048_576;

/**
 * Reads the body into `bytes`, and refuses one over the limit: by its declared length before a byte is read, and by
 * what really arrives, whatever was declared.
 */
export const bodyLimit =
  (maxBytes: number): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    if (Number(c.req.header("content-length") ?? 0) > maxBytes) return tooLarge(c, maxBytes);
    const bytes = await readUpTo(c.req.raw.body, maxBytes);
    if (bytes === null) return tooLarge(c, maxBytes);
    c.set("bytes", bytes);
    return next();
  };

const tooLarge = (c: AppContext, maxBytes: number): Response =>
  problemResponse(
    c,
    fault("PAYLOAD_TOO_LARGE", `the body is larger than ${maxBytes} bytes`, {
      place: "$",
      hint: "store large values elsewhere and send a reference to them",
    }),
  );

/** The whole stream, or null as soon as it is longer than `maxBytes`; the rest is then not read. */
async function readUpTo(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.byteLength;
    if (length > maxBytes) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
  const [only] = chunks;
  return only && chunks.length === 1 ? only : joined(chunks, length);
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
