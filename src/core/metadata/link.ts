import type { Result } from "../result.ts";
import { err, ok } from "../result.ts";

/** A reference from one artifact to another: `tool://tools.tree_generator@>=0.2.0`. */
export interface Link {
  readonly type: LinkType;
  readonly namespace: string;
  /** A version or range, as written. */
  readonly version: string;
}

/** What a link may point at. */
export const LINK_TYPES = ["tool", "validator", "agent", "model", "plugin", "schema", "node", "ignore_config"] as const;
/** One of LINK_TYPES. */
export type LinkType = (typeof LINK_TYPES)[number];

const LINK = new RegExp(`^(${LINK_TYPES.join("|")})://([^@]+)@(.+)$`);

/** Reads a link URI. The error is a sentence. */
export function parseLink(text: string): Result<Link, string> {
  const match = LINK.exec(text);
  const [, name, namespace = "", version = ""] = match ?? [];
  const type = LINK_TYPES.find((known) => known === name);
  if (type === undefined) return err(`${JSON.stringify(text)} is not a link such as tool://name@1.0.0`);
  return ok({ type, namespace, version });
}
