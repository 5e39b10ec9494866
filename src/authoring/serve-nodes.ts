import { Webhook } from "standardwebhooks";
import { ZodError } from "zod";
import { remoteCall, type RemoteAnswer, type RemoteCall } from "../../contracts/documents/remote.ts";
import { asWire } from "../../contracts/json/wire.ts";
import type { DefinedNode } from "./define-node.ts";

/** How nodes are served. */
export interface ServeOptions {
  /** The secret both sides know: `whsec_` and base64. Several while one replaces another. */
  readonly secret: string | readonly string[];
  /** The longest request that is read, in bytes; default 10 MiB. */
  readonly maxBytes?: number;
}

/** A node's own refusal: its code, and whether another attempt may help. */
export class NodeFailure extends Error {
  readonly code: FailureCode;
  readonly retryable: boolean | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: FailureCode,
    message: string,
    options: { readonly retryable?: boolean; readonly retryAfterSeconds?: number } = {},
  ) {
    super(message);
    this.name = "NodeFailure";
    this.code = code;
    this.retryable = options.retryable;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

type Failure = Extract<RemoteAnswer["outcome"], { ok: false }>["error"];
/** The codes a node may fail with. */
export type FailureCode = Failure["code"];

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
  const table = new Map(nodes.map((node) => [`${node.name}@${node.version}`, node]));
  if (table.size !== nodes.length) throw new TypeError("two nodes have one name and version");
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
    const node = table.get(`${call.node}@${call.node_version}`);
    if (node === undefined) {
      return answer({
        ok: false,
        error: failure("REQUEST_REJECTED", `${call.node}@${call.node_version} is not served here`),
      });
    }
    return answer(await outcomeOf(node, call, request.signal));
  };
}

async function outcomeOf(node: DefinedNode, call: RemoteCall, signal: AbortSignal): Promise<RemoteAnswer["outcome"]> {
  try {
    const output = await node.execute(call.input, {
      correlationId: call.correlation_id,
      runId: call.run_id,
      stepId: call.step_id,
      attempt: call.attempt,
      idempotencyKey: call.idempotency_key,
      signal: AbortSignal.any([signal, AbortSignal.timeout(call.timeout_ms)]),
    });
    return { ok: true, output };
  } catch (thrown) {
    return { ok: false, error: failureOf(thrown) };
  }
}

/** What is told of a failure: its own words where it was meant to be told, its name alone where it was not. */
function failureOf(thrown: unknown): Failure {
  if (thrown instanceof NodeFailure) {
    const { code, message, retryable, retryAfterSeconds } = thrown;
    return {
      ...failure(code, message),
      ...(retryable === undefined ? {} : { retryable }),
      ...(retryAfterSeconds === undefined ? {} : { retry_after_s: retryAfterSeconds }),
    };
  }
  if (thrown instanceof ZodError) {
    const [issue] = thrown.issues;
    const place = (issue?.path ?? []).map(String).join(".");
    return failure("INVALID_PARAMETER", `${place}: ${issue?.message ?? "it does not satisfy the schema"}`);
  }
  // What an error that was not foreseen says may be anybody's business but the caller's.
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return failure("HANDLER_EXECUTION_ERROR", `the node failed with ${name}`);
}

const failure = (code: FailureCode, message: string): Failure => ({ code, message: message.slice(0, 2_000) });

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
    const read = remoteCall.safeParse(JSON.parse(body));
    return read.success ? asWire(read.data) : null;
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
