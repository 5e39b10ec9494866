import { fault, RuntimeHostError } from "../../../core/errors.ts";
import { judgeAddresses, judgeEgress, type EgressPolicy, type EgressTarget } from "../../../core/egress/policy.ts";
import type { AbortSignalLike } from "../../../spi/handler.ts";
import { connectionFault } from "./connection.ts";
import type { HttpRequest } from "./request.ts";

export interface FollowPorts {
  readonly fetch: typeof fetch;
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  readonly tenant: string;
  readonly signal: AbortSignalLike;
  readonly policy: EgressPolicy;
  readonly maxRedirects: number;
}

/** An answer that points nowhere else, and who gave it. */
export interface Answer {
  readonly response: Response;
  readonly host: string;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Headers that another server may see as well: any other may be a secret that was meant for the first. */
const SHARED: ReadonlySet<string> = new Set([
  "accept",
  "accept-language",
  "content-type",
  "idempotency-key",
  "traceparent",
  "user-agent",
]);

/**
 * Sends a request and goes where its answers point. Every address on the way is judged as the first one is, a step from
 * https to http is refused, and what is meant for one server is not shown to another.
 */
export async function followed(request: HttpRequest, ports: FollowPorts): Promise<Answer> {
  let next = request;
  let target = await judged(next.url, "$.payload.url", ports);
  for (let hops = 0; ; hops++) {
    const response = await sent(next, target, ports);
    const location = REDIRECTS.has(response.status) ? response.headers.get("location") : null;
    if (location === null) return { response, host: target.host };
    await response.body?.cancel().catch(() => undefined);
    if (hops >= ports.maxRedirects)
      throw new RuntimeHostError(
        fault("HANDLER_EXECUTION_ERROR", `${target.host} points elsewhere more than ${ports.maxRedirects} times`, {
          retryable: false,
          details: { host: target.host, max_redirects: ports.maxRedirects },
        }),
      );
    const place = `redirect ${hops + 1}`;
    const url = absolute(location, next.url, place);
    const from = target;
    target = await judged(url, place, ports);
    if (from.scheme === "https" && target.scheme === "http")
      throw new RuntimeHostError(
        fault("REQUEST_REJECTED", `${from.host} points from https to http`, {
          place,
          details: { reason: "downgrade", host: target.host },
        }),
      );
    next = redirected(next, url, response.status, from.target !== target.target);
  }
}

async function judged(url: string, place: string, { tenant, policy, resolve }: FollowPorts): Promise<EgressTarget> {
  const verdict = judgeEgress(url, tenant, policy, place);
  if (!verdict.ok) throw new RuntimeHostError(verdict.error);
  const target = verdict.value;
  // Whoever sends the request reads the same text: should they ever disagree about the host, nothing is sent.
  if (!URL.canParse(url) || new URL(url).hostname !== target.host)
    throw new RuntimeHostError(
      fault("REQUEST_REJECTED", "the URL is not written plainly", { place, details: { reason: "malformed_url" } }),
    );
  if (resolve && /[a-z]/.test(target.host) && !target.host.startsWith("[")) {
    const addresses = await resolve(target.host).catch((cause: unknown) => {
      throw connectionFault(target.host, "cannot be found", cause);
    });
    const problem = judgeAddresses(target.host, addresses, policy, place);
    if (problem) throw new RuntimeHostError(problem);
  }
  return target;
}

async function sent(
  { method, url, headers, body }: HttpRequest,
  { host }: EgressTarget,
  ports: FollowPorts,
): Promise<Response> {
  const abort = new AbortController();
  ports.signal.addEventListener("abort", () => abort.abort());
  if (ports.signal.aborted) abort.abort();
  try {
    return await ports.fetch(url, { method, headers, body, redirect: "manual", signal: abort.signal });
  } catch (cause) {
    throw connectionFault(host, "cannot be reached, or broke off", cause);
  }
}

function absolute(location: string, base: string, place: string): string {
  // A plain absolute address is judged as it is written; a relative one has its host from one that was.
  if (/^[a-z][a-z0-9+.-]*:/i.test(location)) return location;
  const network = location.startsWith("//");
  if (network) return `${base.slice(0, base.indexOf(":") + 1)}${location}`;
  if (URL.canParse(location, base) && !/[\\\s]/.test(location)) return new URL(location, base).href;
  throw new RuntimeHostError(
    fault("REQUEST_REJECTED", "the answer points to what is no address", {
      place,
      details: { reason: "malformed_url" },
    }),
  );
}

/** As browsers do: 303 asks anew with GET, and so do 301 and 302 after a POST. */
function redirected(request: HttpRequest, url: string, status: number, elsewhere: boolean): HttpRequest {
  const anew = status === 303 || ((status === 301 || status === 302) && request.method === "POST");
  const headers = Object.entries(request.headers).filter(
    ([name]) => !(elsewhere && !SHARED.has(name)) && !(anew && name.startsWith("content-")),
  );
  return {
    method: anew ? "GET" : request.method,
    url,
    headers: Object.fromEntries(headers),
    body: anew ? null : request.body,
  };
}
