import type { CallBlock } from "../../../contracts/documents/call.ts";
import { serviceTarget } from "../registry/service-target.ts";

/** Whether a target is the address of a node that is elsewhere. */
export const isAddress = (target: string): boolean => /^https?:\/\/[^\s]+$/.test(target);

/**
 * What an entrypoint stands for: the operation of its call block where it has one, the binding of a Worker that is bound,
 * else its target.
 */
export function operationOf(node: {
  readonly entrypoint: { readonly type: string; readonly target: string };
  readonly call?: CallBlock;
}): string {
  const { call, entrypoint } = node;
  if (entrypoint.type === "service") return serviceTarget(entrypoint.target)?.binding ?? entrypoint.target;
  // A node that is elsewhere is asked by a request of the same handler.
  if (call === undefined && isAddress(entrypoint.target)) return "http.post";
  if (call?.http !== undefined) return `http.${call.http.method}`;
  return call?.db === undefined ? entrypoint.target : `db.${call.db.operation}`;
}
