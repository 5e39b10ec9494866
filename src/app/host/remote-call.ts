import { httpResponse } from "../../../contracts/documents/handler-operation.ts";
import {
  REMOTE_PROTOCOL,
  remoteAnswer,
  type RemoteBlock,
  type RemoteCall,
} from "../../../contracts/documents/remote.ts";
import { asWire } from "../../../contracts/json/wire.ts";
import { signature } from "../../core/remote/signature.ts";
import { statusFault } from "../../core/declared/answer.ts";
import { fault, RuntimeHostError } from "../../core/errors.ts";
import { retryAfterOf } from "../../core/http/retry-after.ts";
import { workItemToken } from "../../core/pool/work-item.ts";
import { nodeRef } from "../../core/registry/node.ts";
import type { NodeCall, NodeOutput } from "../../spi/handler.ts";
import { outputOfKind } from "../../core/run/reduce/output-of-kind.ts";
import { faultFrom } from "../pools/outcome.ts";
import type { DeclaredCall, DeclaredPorts } from "./call-ports.ts";

/**
 * The request to a node that is elsewhere: the attempt, signed. It answers at once, or with 202 and later under the work
 * item's token; a node that does neither ends in its time limit. Rejects with SECRET_RESOLUTION_ERROR and INVALID_STATE.
 */
export async function remoteCallOf(
  step: NodeCall,
  { secret_ref: name }: RemoteBlock,
  { secrets, clock }: DeclaredPorts,
): Promise<DeclaredCall> {
  const { node, lease, tenant } = step;
  const { target } = node.entrypoint;
  if (lease === null) {
    const hint = "it is executed as a step of a run";
    throw new RuntimeHostError(fault("INVALID_STATE", `${nodeRef(node)} is elsewhere`, { hint, retryable: false }));
  }
  const host = URL.canParse(target) ? new URL(target).hostname : "";
  const secret = await secrets.resolve({ name, tenant, host });
  if (!secret.ok) throw new RuntimeHostError(secret.error);
  const token = workItemToken({ ...lease.id, pool: null, signer: { tenant, secretRef: name } });
  const body = JSON.stringify({
    protocol: REMOTE_PROTOCOL,
    token,
    run_id: step.runId,
    step_id: step.stepId,
    attempt: step.attempt,
    node: node.name,
    node_version: node.version,
    input: step.input,
    correlation_id: step.correlationId,
    idempotency_key: step.idempotencyKey,
    timeout_ms: lease.timeoutMs,
  } satisfies RemoteCall);
  const headers = {
    "content-type": "application/json",
    ...signatureOf(secret.value, name, { id: token, at: clock.now(), body }),
    "idempotency-key": step.idempotencyKey,
    ...(step.trace === null ? {} : { traceparent: step.trace }),
  };
  return {
    operation: "http.post",
    payload: { url: target, headers, body },
    result: (response) => answered(step, httpResponse.parse(response), clock.now()),
    fault: (problem) => problem,
  };
}

function signatureOf(secret: string, name: string, message: Parameters<typeof signature>[1]) {
  const headers = signature(secret, message);
  if (headers !== null) return headers;
  throw new RuntimeHostError(
    fault("SECRET_RESOLUTION_ERROR", `the secret ${name} signs nothing`, {
      place: name,
      hint: "a secret of webhooks is whsec_ and 24 to 64 random bytes in base64",
      retryable: false,
    }),
  );
}

function answered({ node }: NodeCall, response: ReturnType<typeof httpResponse.parse>, now: number): NodeOutput {
  const { status_code: status, headers, body } = response;
  if (status === 202) return { parked: true };
  const where = { method: "post", url: node.entrypoint.target, output: {} } as const;
  if (status < 200 || status > 299) {
    const again = headers["retry-after"];
    const seconds = retryAfterOf(Array.isArray(again) ? again[0] : again, now);
    throw new RuntimeHostError(statusFault(where, response, seconds));
  }
  const read = remoteAnswer.safeParse(body);
  if (!read.success) {
    const [wrong] = read.error.issues;
    throw new RuntimeHostError(
      fault("HANDLER_EXECUTION_ERROR", `${nodeRef(node)} answered what is no answer: ${wrong?.message ?? ""}`, {
        place: `$.${(wrong?.path ?? []).join(".")}`,
        hint: "a remote node answers {outcome: {ok: true, output: {…}}}, or 202",
        retryable: false,
      }),
    );
  }
  const { outcome } = asWire(read.data);
  if (!outcome.ok) throw new RuntimeHostError(faultFrom(outcome.error));
  return { ...outputOfKind(node.kind, outcome.output), ...(outcome.events ? { events: outcome.events } : {}) };
}
