import type { JsonObject } from "../../../contracts/json/json.ts";
import { askerOf } from "../../core/call/asker.ts";
import { valueHash } from "../../core/run/model/hash.ts";
import { keyedRunId, runId } from "../../core/run/model/run-id.ts";
import type { Instant, RunId } from "../../core/run/model/state.ts";
import type { RunRequest } from "../../core/run/reduce/begin.ts";
import type { Clock, Ids } from "../../spi/clock.ts";
import type { CallContext } from "../call-context.ts";

/** How a run that is about to begin is known. */
export interface Identity {
  readonly id: RunId;
  /** When the run is created: the moment its id tells, unless the id follows from a key. */
  readonly createdAt: Instant;
  /** Null makes every request one of its own. */
  readonly idempotencyKey: string | null;
  /** Tells a repeated request from a conflicting one; empty when no key could make them meet. */
  readonly requestHash: string;
}

/** What repeats of a request have in common. */
export interface Repeatable {
  /** The caller's key; null for none. */
  readonly key: string | null;
  /** The key within the tenant, where it is the caller's only within something else. */
  readonly scoped?: (key: string) => string;
  /** What is asked for. */
  readonly asked: () => JsonObject;
}

/** The identity of a request. With a key it follows from the key, so that a repeat finds the same ring and the same run. */
export function identify(
  tenant: string,
  { key, scoped = (own) => own, asked }: Repeatable,
  { clock, ids }: { readonly clock: Clock; readonly ids: Ids },
  rings: number,
): Identity {
  const createdAt = clock.now();
  if (key !== null) {
    const requestHash = valueHash(asked());
    return { id: keyedRunId(tenant, scoped(key), rings), createdAt, idempotencyKey: key, requestHash };
  }
  return { id: runId(ids.ring(rings), ids.ulid(createdAt)), createdAt, idempotencyKey: null, requestHash: "" };
}

/** A request for a run: who asks, as its call says, and what for. */
export const requestOf = <A extends Pick<RunRequest, "operation" | "envelopeId" | "sourceNode" | "tags">>(
  call: CallContext,
  { id, idempotencyKey, requestHash }: Identity,
  asked: A,
) => ({
  id,
  tenant: call.tenant,
  correlationId: call.correlationId,
  ...askerOf(call),
  idempotencyKey,
  requestHash,
  ...asked,
});
