import type { HttpPayload } from "../../../../contracts/documents/handler-operation.ts";
import { fault, RuntimeHostError } from "../../../core/errors.ts";

/** A request that is ready to be sent; its URL is still to be judged. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | null;
}

/** The request a payload stands for. PAYLOAD_TOO_LARGE when its body is over the limit. */
export function requestOf(method: string, { url, headers, query, body }: HttpPayload, maxBytes: number): HttpRequest {
  const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const content = body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body);
  const type = typeof body === "string" ? "text/plain; charset=utf-8" : "application/json";
  // No text is shorter in bytes than in characters, so one that is far too long is not even encoded.
  if (content !== null && content.length > maxBytes) throw tooLarge(maxBytes);
  const bytes = content === null ? null : new Uint8Array(new TextEncoder().encode(content));
  if (bytes !== null && bytes.byteLength > maxBytes) throw tooLarge(maxBytes);
  return {
    method,
    url: withQuery(url, query),
    headers: bytes === null || "content-type" in own ? own : { ...own, "content-type": type },
    body: bytes,
  };
}

const tooLarge = (maxBytes: number): RuntimeHostError =>
  new RuntimeHostError(
    fault("PAYLOAD_TOO_LARGE", `the body of the request is longer than ${maxBytes} bytes`, {
      place: "$.payload.body",
      hint: "send less, or in parts",
      details: { max_bytes: maxBytes },
    }),
  );

/** The URL with its parameters, before its fragment. Its own text is kept as it is: it is judged as it was written. */
function withQuery(url: string, query: HttpPayload["query"]): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((item): [string, string] => [name, String(item)]),
  );
  if (pairs.length === 0) return url;
  const added = new URLSearchParams(pairs).toString();
  const [head = "", ...fragment] = url.split("#");
  const joined = `${head}${head.includes("?") ? "&" : "?"}${added}`;
  return fragment.length === 0 ? joined : `${joined}#${fragment.join("#")}`;
}
