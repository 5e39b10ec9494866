import { Webhook } from "standardwebhooks";
import type { RemoteAnswer, RemoteCall } from "../../contracts/documents/remote.ts";
import type { DefinedNode } from "./define-node.ts";
import { answering, callOf } from "./node-table.ts";

/** How nodes are served. */
export interface ServeOptions {
  /** The secret both sides know: `whsec_` and base64. Several while one replaces another. */
  readonly secret: string | readonly string[];
  /** The longest request that is read, in bytes; default 10 MiB. */
  readonly maxBytes?: number;
}

const MAX_BYTES = 10 * 1_048_576;
/** Ids of requests that were taken, so that one that is sent again by somebody else is not. */
const REMEMBERED = 10_000;

/**
 * A fetch handler that runs these nodes for an ONEX deployment, in Workers, Node, Deno and Bun. Every request must be signed
 * with the secret and no older than five minutes; a signed request that comes twice is taken once.
 */
export function serveNodes(
  nodes: readonly DefinedNode[],
  { secret, maxBytes = MAX_BYTES }: ServeOptions,
): (request: Request) => Promise<Response> {
  const secrets = (typeof secret === "string" ? [secret] : secret).map((one) => new Webhook(one));
  if (secrets.length === 0) throw new TypeError("serveNodes needs a secret");
  const outcomeOf = answering(nodes);
  const seen = new Set<string>();

  return async (request) => {
    if (request.method !== "POST") return said(405, "post an attempt here", { allow: "POST" });
    const body = await textOf(request, maxBytes);
    if (body === null) return said(413, `a request has at most ${maxBytes} bytes`);
    const headers = Object.fromEntries(request.headers);
    if (!secrets.some((webhook) => isSigned(webhook, body, headers))) return said(401, "the signature does not hold");
    const call = callIn(body);
    if (call === null) return said(400, "the request is no attempt");
    const id = headers["webhook-id"] ?? "";
    // The signature covers the id, and the id names the attempt: the one cannot be sent as the other.
    if (id !== call.token) return said(400, "the request is for another attempt");
    if (seen.has(id)) return said(409, "this attempt was taken already");
    seen.add(id);
    if (seen.size > REMEMBERED) for (const first of seen) if (seen.size > REMEMBERED) seen.delete(first);
    return answer(await outcomeOf(call, request.signal));
  };
}

function isSigned(webhook: Webhook, body: string, headers: Record<string, string>): boolean {
  try {
    webhook.verify(body, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}

function callIn(body: string): RemoteCall | null {
  try {
    return callOf(JSON.parse(body));
  } catch {
    return null;
  }
}

/** The body; null when it is too long, which is found out before it is read whole. */
async function textOf(request: Request, maxBytes: number): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const body: ReadableStream<Uint8Array> | null = request.body;
  const reader = body?.getReader();
  for (;;) {
    const next = await reader?.read();
    if (next === undefined || next.done) break;
    bytes += next.value.byteLength;
    if (bytes > maxBytes) {
      await reader?.cancel();
      return null;
    }
    chunks.push(next.value);
  }
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return new TextDecoder().decode(whole);
}

const answer = (outcome: RemoteAnswer["outcome"]): Response => Response.json({ outcome } satisfies RemoteAnswer);

const said = (status: number, error: string, headers: Record<string, string> = {}): Response =>
  Response.json({ error }, { status, headers });
