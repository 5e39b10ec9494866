import type { HttpResponse } from "../../../../contracts/documents/handler-operation.ts";
import type { JsonValue } from "../../../../contracts/json/json.ts";
import { fault, RuntimeHostError } from "../../../core/errors.ts";
import { readJson } from "../../../core/json/read-json.ts";
import type { AbortSignalLike } from "../../../spi/handler.ts";
import { connectionFault } from "./connection.ts";

export interface ReadingLimits {
  readonly maxBytes: number;
  readonly host: string;
  readonly signal: AbortSignalLike;
}

/**
 * An answer as data. A body is JSON where its type says so, text where its bytes are text, base64 otherwise. A body over
 * the limit ends the reading at once, whatever length the server announced; one that ends before that length is a
 * CONNECTION_ERROR; one that says it is JSON and is not is a HANDLER_EXECUTION_ERROR, unless the status is an error's.
 */
export async function responseOf(response: Response, limits: ReadingLimits): Promise<HttpResponse> {
  const { status, headers } = response;
  const bytes = await bodyOf(response, limits);
  return {
    status_code: status,
    headers: headersOf(headers),
    ...contentOf(bytes, headers.get("content-type") ?? "", status, limits.host),
  };
}

function headersOf(headers: Headers): HttpResponse["headers"] {
  const named: Record<string, string | string[]> = {};
  for (const [name, value] of headers) if (name !== "set-cookie") named[name] = value.toWellFormed();
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) named["set-cookie"] = cookies.map((cookie) => cookie.toWellFormed());
  return named;
}

async function bodyOf(response: Response, limits: ReadingLimits): Promise<Uint8Array> {
  const { headers } = response;
  const body: ReadableStream<Uint8Array> | null = response.body;
  const { maxBytes, host } = limits;
  const length = headers.get("content-length");
  const announced = length !== null && /^\d{1,15}$/.test(length) ? Number(length) : null;
  if (announced !== null && announced > maxBytes) {
    await body?.cancel().catch(() => undefined);
    throw tooLarge(limits);
  }
  if (body === null) return new Uint8Array();
  const { chunks, size } = await chunksOf(body, limits);
  // A length is that of what travelled: of a packed body it says nothing.
  if (announced !== null && size < announced && !headers.has("content-encoding"))
    throw connectionFault(host, `broke off after ${size} of ${announced} bytes`);
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

async function chunksOf(
  body: ReadableStream<Uint8Array>,
  limits: ReadingLimits,
): Promise<{ readonly chunks: readonly Uint8Array[]; readonly size: number }> {
  const reader = body.getReader();
  const stop = (): Promise<void> => reader.cancel().catch(() => undefined);
  limits.signal.addEventListener("abort", () => {
    reader.cancel().catch(() => undefined);
  });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw connectionFault(limits.host, "broke off in the middle of its answer", cause);
    });
    if (limits.signal.aborted) throw connectionFault(limits.host, "was given up in the middle of its answer");
    if (done) return { chunks, size };
    size += value.byteLength;
    if (size > limits.maxBytes) {
      await stop();
      throw tooLarge(limits);
    }
    chunks.push(value);
  }
}

const tooLarge = ({ maxBytes, host }: ReadingLimits): RuntimeHostError =>
  new RuntimeHostError(
    fault("PAYLOAD_TOO_LARGE", `the answer of ${host} is longer than ${maxBytes} bytes`, {
      retryable: false,
      hint: "ask for less, or in parts",
      details: { host, max_bytes: maxBytes },
    }),
  );

function contentOf(
  bytes: Uint8Array,
  contentType: string,
  status: number,
  host: string,
): Pick<HttpResponse, "body" | "body_encoding"> {
  if (bytes.byteLength === 0) return { body: null, body_encoding: "none" };
  const text = textOf(bytes, contentType);
  if (text !== null && /^\s*(?:application|text)\/(?:[^;]+\+)?json\s*(?:;|$)/i.test(contentType)) {
    const read = readJson(text);
    if (read.ok) return { body: read.value, body_encoding: "json" };
    if (status < 400) throw notJson(host, read.error.message);
  }
  return text === null ? { body: base64(bytes), body_encoding: "base64" } : { body: text, body_encoding: "text" };
}

const notJson = (host: string, message: string): RuntimeHostError =>
  new RuntimeHostError(
    fault("HANDLER_EXECUTION_ERROR", `${host} says its answer is JSON, and it is not: ${message}`, {
      retryable: false,
      details: { host },
    }),
  );

/** Null for bytes that are no text in the charset that is named, UTF-8 where none is. */
function textOf(bytes: Uint8Array, contentType: string): JsonValue & (string | null) {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType)?.[1] ?? "utf-8";
  try {
    const text = new TextDecoder(charset, { fatal: true, ignoreBOM: false }).decode(bytes);
    return text.includes("\0") ? null : text.toWellFormed();
  } catch {
    return null;
  }
}

const PIECE = 0x8000;

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.byteLength; at += PIECE) binary += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return btoa(binary);
}
