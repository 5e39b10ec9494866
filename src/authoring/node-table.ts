import { remoteCall, type RemoteAnswer, type RemoteCall } from "../../contracts/documents/remote.ts";
import { asWire } from "../../contracts/json/wire.ts";
import type { DefinedNode } from "./define-node.ts";
import { failure, failureOf } from "./failure.ts";

/** Runs one of some nodes for whoever calls. */
export type AnswerCall = (call: RemoteCall, signal: AbortSignal | null) => Promise<RemoteAnswer["outcome"]>;

/** Answers calls with these nodes, by name and version. Throws TypeError when two have the same. */
export function answering(nodes: readonly DefinedNode[]): AnswerCall {
  const table = new Map(nodes.map((node) => [`${node.name}@${node.version}`, node]));
  if (table.size !== nodes.length) throw new TypeError("two nodes have one name and version");
  return async (call, signal) => {
    const name = `${call.node}@${call.node_version}`;
    const node = table.get(name);
    if (node === undefined) return { ok: false, error: failure("REQUEST_REJECTED", `${name} is not served here`) };
    const late = AbortSignal.timeout(call.timeout_ms);
    try {
      const output = await node.execute(call.input, {
        correlationId: call.correlation_id,
        runId: call.run_id,
        stepId: call.step_id,
        attempt: call.attempt,
        idempotencyKey: call.idempotency_key,
        signal: signal === null ? late : AbortSignal.any([signal, late]),
      });
      return { ok: true, output };
    } catch (thrown) {
      return { ok: false, error: failureOf(thrown) };
    }
  };
}

/** The call in a value; null when it is none. */
export function callOf(value: unknown): RemoteCall | null {
  const read = remoteCall.safeParse(value);
  return read.success ? asWire(read.data) : null;
}
