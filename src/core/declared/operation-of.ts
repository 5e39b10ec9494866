import type { CallBlock } from "../../../contracts/documents/call.ts";

/** What an entrypoint stands for: the operation of its call block where it has one, else its target. */
export function operationOf(node: {
  readonly entrypoint: { readonly target: string };
  readonly call?: CallBlock;
}): string {
  const { call, entrypoint } = node;
  if (call?.http !== undefined) return `http.${call.http.method}`;
  return call?.db === undefined ? entrypoint.target : `db.${call.db.operation}`;
}
