import { httpConfig, type HttpConfig } from "../../../../contracts/documents/handler-config.ts";
import { httpPayload } from "../../../../contracts/documents/handler-operation.ts";
import { RuntimeHostError } from "../../../core/errors.ts";
import { targetOf, type EgressPolicy } from "../../../core/egress/policy.ts";
import { headersFault } from "../../../core/http/request-headers.ts";
import { failureOfStatus } from "../../../core/http/retry-after.ts";
import { IN_CONFIG, IN_PAYLOAD, readMembers } from "../../../core/operation/read-payload.ts";
import type { Clock } from "../../../spi/clock.ts";
import type { EnvelopeHandler } from "../../../spi/envelope-handler.ts";
import type { HandlerState } from "../lifecycle.ts";
import { envelopeHandler } from "../envelope-lifecycle.ts";
import { followed } from "./follow.ts";
import { requestOf } from "./request.ts";
import { responseOf } from "./response.ts";

export interface HttpPorts {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** The addresses of a name, where the platform can tell: each is judged before it is called. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

/**
 * `http.get`, `http.post`, `http.put`, `http.patch`, `http.delete`: one request to a public server. Any answer is a
 * success, whatever its status; only statuses the binding names are failures. Refusals: REQUEST_REJECTED for whom egress
 * keeps away, CONNECTION_ERROR for a server that is not there or breaks off, PAYLOAD_TOO_LARGE for a body over a limit,
 * HANDLER_EXECUTION_ERROR for an answer that is not what it says.
 */
export function httpHandler(ports: HttpPorts): EnvelopeHandler & { readonly state: HandlerState } {
  let settings: HttpConfig = httpConfig.parse({});
  return envelopeHandler({
    type: "http",
    version: "1.0.0",
    responseShape: {
      status_code: "integer",
      headers: "object",
      body: "any",
      body_encoding: "json | text | base64 | none",
    },
    retryAfter: { CONNECTION_ERROR: 2, TIMEOUT_ERROR: 5 },
    targetOf: ({ url }) => (typeof url === "string" && targetOf(url)?.target) || "-",
    isFailure: ({ status_code: status }) => typeof status === "number" && status >= 500,
    initialize: async (config) => {
      settings = readMembers(httpConfig, config, IN_CONFIG);
    },
    async execute({ operation, payload }, { tenant, signal }) {
      const asked = readMembers(httpPayload, payload, IN_PAYLOAD);
      const flawed = headersFault(asked.headers);
      if (flawed) throw new RuntimeHostError(flawed);
      const method = (operation.split(".")[1] ?? "get").toUpperCase();
      const request = requestOf(method, asked, settings.max_request_bytes);
      const answer = await followed(request, {
        ...ports,
        tenant,
        signal,
        policy: policyOf(settings),
        maxRedirects: settings.max_redirects,
      });
      const { status } = answer.response;
      if (settings.retry_statuses.includes(status)) {
        await answer.response.body?.cancel().catch(() => undefined);
        throw new RuntimeHostError(
          failureOfStatus(status, answer.response.headers.get("retry-after"), ports.clock.now()),
        );
      }
      return responseOf(answer.response, { maxBytes: settings.max_response_bytes, host: answer.host, signal });
    },
  });
}

const policyOf = ({ egress }: HttpConfig): EgressPolicy => ({
  allow: egress.allow ?? null,
  deny: egress.deny,
  allowLoopback: egress.allow_loopback,
  tenants: Object.fromEntries(
    Object.entries(egress.tenants).map(([tenant, { allow, deny }]) => [tenant, { allow: allow ?? null, deny }]),
  ),
});
