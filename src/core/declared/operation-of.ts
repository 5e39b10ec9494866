import type { CallBlock } from "../../../contracts/documents/call.ts";

/** Whether a target is the address of a node that is elsewhere. */
export const isAddress = (target: string): boolean => /^https?:\/\/[^\s]+$/.test(target);

/** What an entrypoint stands for: the operation of its call block where it has one, else its target. */
export function operationOf(node: {
  readonly entrypoint: { readonly target: string };
  readonly call?: CallBlock;
}): string {
  const { call, entrypoint } = node;
  // A node that is elsewhere is asked by a request of the same handler.
  if (call === undefined && isAddress(entrypoint.target)) return "http.post";
  if (call?.http !== undefined) return `http.${call.http.method}`;
  return call?.db === undefined ? entrypoint.target : `db.${call.db.operation}`;
}
