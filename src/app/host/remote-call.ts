import { httpResponse } from "../../../contracts/documents/handler-operation.ts";
import {
  REMOTE_PROTOCOL,
  remoteAnswer,
  type RemoteAnswer,
  type RemoteBlock,
  type RemoteCall,
} from "../../../contracts/documents/remote.ts";
import { asWire } from "../../../contracts/json/wire.ts";
import { signature } from "../../core/remote/signature.ts";
import { statusFault } from "../../core/declared/answer.ts";
import { fault, RuntimeHostError } from "../../core/errors.ts";
import { retryAfterOf } from "../../core/http/retry-after.ts";
import { workItemToken } from "../../core/pool/work-item.ts";
import { nodeRef, type NodeDefinition } from "../../core/registry/node.ts";
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
  { secret_ref: secretRef }: RemoteBlock,
  ports: DeclaredPorts,
): Promise<DeclaredCall> {
  const { target } = step.node.entrypoint;
  const host = URL.canParse(target) ? new URL(target).hostname : "";
  const request = await signedPost(step, { attempt: attemptOf(step, secretRef), secretRef, host }, ports);
  return {
    operation: "http.post",
    payload: { url: target, ...request },
    result: (response) => answered(step, httpResponse.parse(response), ports.clock.now()),
    fault: (problem) => problem,
  };
}

/**
 * One attempt, as whoever executes it elsewhere gets it; who shares a secret may sign a later answer with it. Throws
 * INVALID_STATE where no answer could come later.
 */
export function attemptOf(step: NodeCall, secretRef: string | null): RemoteCall {
  const { node, lease, tenant } = step;
  if (lease === null) {
    const hint = "it is executed as a step of a run";
    throw new RuntimeHostError(fault("INVALID_STATE", `${nodeRef(node)} is elsewhere`, { hint, retryable: false }));
  }
  return {
    protocol: REMOTE_PROTOCOL,
    token: workItemToken({ ...lease.id, pool: null, ...(secretRef === null ? {} : { signer: { tenant, secretRef } }) }),
    run_id: step.runId,
    step_id: step.stepId,
    attempt: step.attempt,
    node: node.name,
    node_version: node.version,
    input: step.input,
    correlation_id: step.correlationId,
    idempotency_key: step.idempotencyKey,
    timeout_ms: lease.timeoutMs,
  };
}

/** Headers and body of an attempt that is posted, signed with a secret that this host may see. */
export async function signedPost(
  { tenant, idempotencyKey, trace }: NodeCall,
  { attempt, secretRef, host }: { readonly attempt: RemoteCall; readonly secretRef: string; readonly host: string },
  { secrets, clock }: DeclaredPorts,
): Promise<{ readonly headers: Readonly<Record<string, string>>; readonly body: string }> {
  const secret = await secrets.resolve({ name: secretRef, tenant, host });
  if (!secret.ok) throw new RuntimeHostError(secret.error);
  const body = JSON.stringify(attempt);
  const headers = {
    "content-type": "application/json",
    ...signatureOf(secret.value, secretRef, { id: attempt.token, at: clock.now(), body }),
    "idempotency-key": idempotencyKey,
    ...(trace === null ? {} : { traceparent: trace }),
  };
  return { headers, body };
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

/** What a node that is elsewhere answered a request: its output, or that it answers later. Throws its failure. */
export function answered({ node }: NodeCall, response: ReturnType<typeof httpResponse.parse>, now: number): NodeOutput {
  const { status_code: status, headers, body } = response;
  if (status === 202) return { parked: true };
  const where = { method: "post", url: node.entrypoint.target, output: {} } as const;
  if (status < 200 || status > 299) {
    const again = headers["retry-after"];
    const seconds = retryAfterOf(Array.isArray(again) ? again[0] : again, now);
    throw new RuntimeHostError(statusFault(where, response, seconds));
  }
  const read = remoteAnswer.safeParse(body);
  if (!read.success)
    throw noAnswer(node, read.error, "a remote node answers {outcome: {ok: true, output: {…}}}, or 202");
  return outcomeOutput(node, asWire(read.data).outcome);
}

/** What is wrong with an answer, the first first. */
interface Wrong {
  readonly issues: readonly { readonly message: string; readonly path: readonly PropertyKey[] }[];
}

/** What is thrown for an answer that is none; the hint says what one looks like. */
export function noAnswer(node: NodeDefinition, { issues: [wrong] }: Wrong, hint: string): RuntimeHostError {
  return new RuntimeHostError(
    fault("HANDLER_EXECUTION_ERROR", `${nodeRef(node)} answered what is no answer: ${wrong?.message ?? ""}`, {
      place: `$.${(wrong?.path ?? []).join(".")}`,
      hint,
      retryable: false,
    }),
  );
}

/** The output in an outcome. Throws the failure in it. */
export function outcomeOutput({ kind }: Pick<NodeDefinition, "kind">, outcome: RemoteAnswer["outcome"]): NodeOutput {
  if (!outcome.ok) throw new RuntimeHostError(faultFrom(outcome.error));
  return { ...outputOfKind(kind, outcome.output), ...(outcome.events ? { events: outcome.events } : {}) };
}
