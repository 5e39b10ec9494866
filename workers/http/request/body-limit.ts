import type { MiddlewareHandler } from "hono";
import { fault, type Fault } from "../../../src/core/errors.ts";
import { err, ok, type Result } from "../../../src/core/result.ts";
import { quoted } from "../../../src/core/text/clip.ts";
import { problemResponse } from "../answer/problem.ts";
import type { AppEnv } from "./context.ts";
import { inflate, joined } from "./inflate.ts";

/** The largest body a POST may have: 1 MiB, before and after it is inflated. */
export const MAX_BODY_BYTES = 1_048_576;

/** Content encodings that are inflated. */
const COMPRESSED: ReadonlySet<string> = new Set(["gzip", "x-gzip", "deflate"]);

/**
 * Reads the body into `bytes`, inflated where it is compressed, and refuses one over the limit: by its declared length
 * before a byte is read, by what really arrives, and by what it inflates to.
 */
export const bodyLimit =
  (maxBytes: number): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const encoding = (c.req.header("content-encoding") ?? "identity").trim().toLowerCase();
    if (encoding !== "identity" && !COMPRESSED.has(encoding)) {
      return problemResponse(c, otherEncoding(encoding), { "accept-encoding": "gzip, deflate" });
    }
    if (Number(c.req.header("content-length") ?? 0) > maxBytes) return problemResponse(c, tooLarge(maxBytes));
    const read = await readUpTo(c.req.raw.body, maxBytes);
    const bytes = read.ok && encoding !== "identity" ? inflated(read.value, encoding, maxBytes) : read;
    if (!bytes.ok) return problemResponse(c, bytes.error);
    c.set("bytes", bytes.value);
    return next();
  };

const tooLarge = (maxBytes: number): Fault =>
  fault("PAYLOAD_TOO_LARGE", `the body is larger than ${maxBytes} bytes`, {
    place: "$",
    hint: "store large values elsewhere and send a reference to them",
  });

const otherEncoding = (encoding: string): Fault =>
  fault("UNSUPPORTED_MEDIA_TYPE", `the body has the content encoding ${quoted(encoding)}`, {
    place: "header content-encoding",
    hint: "send it as it is, or compressed with gzip or deflate",
  });

/** The whole stream; the rest of one that is longer than `maxBytes` is not read. A sender that leaves is no failure here. */
async function readUpTo(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Result<Uint8Array, Fault>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body?.getReader();
  try {
    while (reader) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.byteLength;
      if (length > maxBytes) {
        await reader.cancel();
        return err(tooLarge(maxBytes));
      }
      chunks.push(value);
    }
  } catch {
    return err(
      fault("BODY_UNREADABLE", "the body broke off before its end", { place: "$", hint: "send it again, whole" }),
    );
  }
  return ok(joined(chunks, length));
}

function inflated(bytes: Uint8Array, encoding: string, maxBytes: number): Result<Uint8Array, Fault> {
  const outcome = inflate(bytes, maxBytes);
  if (outcome.kind === "bytes") return ok(outcome.bytes);
  if (outcome.kind === "too-large") return err(tooLarge(maxBytes));
  return err(
    fault("BODY_UNREADABLE", `the body is not what its content encoding says: ${encoding}`, {
      place: "header content-encoding",
      hint: "compress it again, or send it as it is without the header",
    }),
  );
}
