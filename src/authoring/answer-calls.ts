import type { RemoteAnswer } from "../../contracts/documents/remote.ts";
import { answering, callOf } from "./node-table.ts";
import type { DefinedNode } from "./define-node.ts";

/**
 * What a method of a Worker's entrypoint does to run these nodes for an ONEX deployment it is bound to:
 *
 *     const answer = answerCalls([shout]);
 *     export class Nodes extends WorkerEntrypoint {
 *       run(call: unknown) { return answer(call); }
 *     }
 *
 * A binding reaches nobody else, so nothing is signed. Rejects with TypeError for what is no call.
 */
export function answerCalls(nodes: readonly DefinedNode[]): (call: unknown) => Promise<RemoteAnswer> {
  const answer = answering(nodes);
  return async (value) => {
    const call = callOf(value);
    if (call === null) throw new TypeError("this is no call of a node");
    return { outcome: await answer(call, null) };
  };
}
