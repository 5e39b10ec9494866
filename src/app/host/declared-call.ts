import type { DbCall, HttpCall } from "../../../contracts/documents/call.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { httpResponse } from "../../../contracts/documents/handler-operation.ts";
import { httpResult, mapped } from "../../core/declared/answer.ts";
import { dbRequest, httpRequest, type Outgoing } from "../../core/declared/request.ts";
import { type Fault, fault, RuntimeHostError } from "../../core/errors.ts";
import { retryAfterOf } from "../../core/http/retry-after.ts";
import { nodeRef } from "../../core/registry/node.ts";
import type { Result } from "../../core/result.ts";
import { redacted, redactedText } from "../../core/secret/redact.ts";
import type { NodeCall } from "../../spi/handler.ts";
import type { DeclaredCall, DeclaredPorts } from "./call-ports.ts";
import { remoteCallOf } from "./remote-call.ts";

/**
 * The call of a node's call block for one step; or that of a node that is elsewhere; null for
 * every other. Secrets are resolved here and nowhere else,
 * and are taken out of all that comes back. Rejects with INVALID_PARAMETER and SECRET_RESOLUTION_ERROR.
 */
export async function declaredCall(step: NodeCall, ports: DeclaredPorts): Promise<DeclaredCall | null> {
  const { call, remote } = step.node;
  if (remote !== undefined) return remoteCallOf(step, remote, ports);
  if (call?.http !== undefined) return httpCallOf(step, call.http, ports);
  return call?.db === undefined ? null : dbCallOf(step, call.db);
}

async function httpCallOf(step: NodeCall, call: HttpCall, { secrets, clock }: DeclaredPorts): Promise<DeclaredCall> {
  const request = taken(httpRequest(call, step.input), step);
  const used = new Map<string, string>();
  const shown = async (value: Outgoing): Promise<string> => {
    if (typeof value === "string") return value;
    const { host } = hostOf(request.url);
    const secret = taken(await secrets.resolve({ name: value.secretRef, tenant: step.tenant, host }), step);
    used.set(value.secretRef, secret);
    return `${value.prefix}${secret}`;
  };
  const headers: Record<string, string> = {};
  for (const [name, value] of request.headers) headers[name.toLowerCase()] = await shown(value);
  // An effect hands its key to its target, which may know by it that it has done the work already.
  if (step.node.kind === "effect" && !("idempotency-key" in headers)) headers["idempotency-key"] = step.idempotencyKey;
  const query: Record<string, JsonValue[]> = {};
  for (const [name, value] of request.query) (query[name] ??= []).push(await shown(value));
  return {
    operation: request.operation,
    payload: {
      url: request.url,
      headers,
      query,
      ...(request.body === undefined ? {} : { body: request.body }),
    },
    result(response) {
      const answer = httpResponse.parse(redacted(response, used));
      const again = answer.headers["retry-after"];
      const seconds = retryAfterOf(Array.isArray(again) ? again[0] : again, clock.now());
      return { result: taken(httpResult(call, answer, seconds), step) };
    },
    fault: (problem) => withoutSecrets(problem, used),
  };
}

async function dbCallOf(step: NodeCall, call: DbCall): Promise<DeclaredCall> {
  const { operation, sql, parameters } = taken(dbRequest(call, step.input), step);
  return {
    operation,
    payload: { sql, parameters, database: step.node.entrypoint.target },
    result: (response) => ({ result: mapped(call.output, response) }),
    fault: (problem) => problem,
  };
}

const hostOf = (url: string): { readonly host: string } => ({
  host: URL.canParse(url) ? new URL(url).hostname : "",
});

function withoutSecrets(problem: Fault, used: ReadonlyMap<string, string>): Fault {
  if (used.size === 0) return problem;
  const { message, place, hint, details, ...rest } = problem;
  const text = (value: string): string => redactedText(value, used);
  return {
    ...rest,
    message: text(message),
    ...(place === undefined ? {} : { place: text(place) }),
    ...(hint === undefined ? {} : { hint: text(hint) }),
    ...(details === undefined ? {} : { details: redacted(details, used) }),
  };
}

function taken<T>(result: Result<T, Fault>, { node }: NodeCall): T {
  if (result.ok) return result.value;
  const { message, ...rest } = result.error;
  throw new RuntimeHostError(fault(result.error.code, `${nodeRef(node)}: ${message}`, rest));
}
