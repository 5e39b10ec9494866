import type { JsonValue } from "../../../contracts/json/json.ts";
import type { LimitWire } from "../../../contracts/documents/limit.ts";

/** What a limit allows: so many at once, or so many begun within any stretch of time (in milliseconds). */
export type Allowance =
  | { readonly kind: "slots"; readonly max: number }
  | { readonly kind: "rate"; readonly max: number; readonly perMs: number };

/** A limit as a node declares it. */
export interface NodeLimit {
  /** Shared by every node of the tenant that names the group; null for the node's own. */
  readonly group: string | null;
  /** The input whose value separates the limits, or null when there is one for all. */
  readonly key: string | null;
  readonly allows: Allowance;
}

/** How a person knows a limit: `node send_mail`, `group openai`, `group per-user by user.id`, `tenant`. */
export type LimitLabel = string;

/** The limit's name without any value that separates it. */
export function limitLabel({ group, key }: Pick<NodeLimit, "group" | "key">, node: string): LimitLabel {
  const scope = group === null ? `node ${node}` : `group ${group}`;
  return key === null ? scope : `${scope} by ${key}`;
}

/** A limit from its wire form, which the schema has checked. */
export function limitFromWire({ group, key, max_concurrent: max, rate, per_seconds: seconds }: LimitWire): NodeLimit {
  const allows: Allowance =
    max === undefined
      ? { kind: "rate", max: rate ?? 1, perMs: Math.round((seconds ?? 1) * 1_000) }
      : { kind: "slots", max };
  return { group: group ?? null, key: key ?? null, allows };
}

/** A limit in its wire form. */
export function limitToWire({ group, key, allows }: NodeLimit): LimitWire {
  return {
    ...(group === null ? {} : { group }),
    ...(key === null ? {} : { key }),
    ...(allows.kind === "slots"
      ? { max_concurrent: allows.max }
      : { rate: allows.max, per_seconds: allows.perMs / 1_000 }),
  };
}

/** What a plan's hash covers of a limit, keys in order. */
export function limitContent({ allows, group, key }: NodeLimit): JsonValue {
  const { kind, max } = allows;
  return { allows: allows.kind === "slots" ? { kind, max } : { kind, max, perMs: allows.perMs }, group, key };
}
