import { readChains } from "../../chain/read-chains.ts";
import { isObject } from "../../contract/map-schema.ts";
import { textMembers } from "../../json/members.ts";
import type { RunHeader } from "../model/state.ts";

/** What can still be told of a run whose record cannot be read. Every member is of its type or left out. */
export type Salvage = Partial<
  Pick<
    RunHeader,
    | "tenant"
    | "operation"
    | "correlationId"
    | "envelopeId"
    | "sourceNode"
    | "idempotencyKey"
    | "requestHash"
    | "tags"
    | "createdAt"
    | "chains"
    | "lineage"
    | "trigger"
  >
> & { readonly want?: readonly string[] };

/**
 * Looks for what identifies a run, and what follows it, in its stored texts, oldest first: cut or of a form nobody here
 * knows. Nothing in them is believed but the types of what is found.
 */
export function salvage(texts: readonly string[]): Salvage {
  const found: Record<string, unknown> = {};
  for (const text of texts) {
    const members = textMembers(text);
    for (const [name, { text: value, isWhole }] of textMembers(members.get("header")?.text ?? "")) {
      const parsed = isWhole ? parse(value) : undefined;
      if (parsed !== undefined) found[name] = parsed;
    }
    const want = textMembers(members.get("plan")?.text ?? "").get("want");
    if (want?.isWhole) found["want"] = parse(want.text);
  }
  return checked(found);
}

function checked(found: Readonly<Record<string, unknown>>): Salvage {
  const { idempotencyKey, createdAt, chains, lineage, trigger } = found;
  const read = isObject(chains) ? readChains(chains) : null;
  return {
    ...texts(found, ["tenant", "operation", "correlationId", "envelopeId", "sourceNode", "requestHash"]),
    ...(typeof idempotencyKey === "string" || idempotencyKey === null ? { idempotencyKey } : {}),
    ...(isTexts(found["tags"]) ? { tags: found["tags"] } : {}),
    ...(isTexts(found["want"]) ? { want: found["want"] } : {}),
    ...(typeof createdAt === "number" && Number.isSafeInteger(createdAt) ? { createdAt } : {}),
    ...(read?.ok && read.value !== null ? { chains: read.value } : {}),
    ...(isLineage(lineage) ? { lineage } : {}),
    ...(isTrigger(trigger) ? { trigger } : {}),
  };
}

const texts = <K extends string>(found: Readonly<Record<string, unknown>>, names: readonly K[]) =>
  Object.fromEntries(names.flatMap((name) => (typeof found[name] === "string" ? [[name, found[name]]] : []))) as {
    readonly [N in K]?: string;
  };

const isLineage = (value: unknown): value is NonNullable<RunHeader["lineage"]> =>
  isObject(value) &&
  (value["kind"] === "rerun" || value["kind"] === "chain") &&
  typeof value["runId"] === "string" &&
  (value["from"] === null || typeof value["from"] === "string") &&
  Number.isInteger(value["depth"]);

const isTrigger = (value: unknown): value is NonNullable<RunHeader["trigger"]> =>
  isObject(value) &&
  ["id", "group", "idempotentKey"].every((name) => typeof value[name] === "string") &&
  (value["node"] === null || typeof value["node"] === "string") &&
  Number.isInteger(value["part"]);

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
