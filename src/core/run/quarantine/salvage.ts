import { isObject, parseJson } from "../../../../contracts/json/narrow.ts";
import { readChains } from "../../chain/read-chains.ts";
import { textMembers } from "../../json/members.ts";
import { originOf1 } from "../codec/stored-header.ts";
import { isOrigin, type RunOrigin } from "../model/origin.ts";
import type { RunHeader } from "../model/state.ts";
import type { RunRequest } from "../reduce/begin.ts";

/** What can still be told of a run whose record cannot be read. Every member is of its type or left out. */
export type Salvage = Partial<Omit<RunRequest, "id"> & Pick<RunHeader, "createdAt">> & {
  readonly want?: readonly string[];
};

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
  const { idempotencyKey, createdAt, chains, trace } = found;
  const origin = readOrigin(found);
  const read = isObject(chains) ? readChains(chains) : null;
  return {
    ...texts(found, ["tenant", "operation", "correlationId", "envelopeId", "sourceNode", "requestHash", "principal"]),
    ...(typeof idempotencyKey === "string" || idempotencyKey === null ? { idempotencyKey } : {}),
    ...(isTexts(found["tags"]) ? { tags: found["tags"] } : {}),
    ...(isTexts(found["want"]) ? { want: found["want"] } : {}),
    ...(typeof createdAt === "number" && Number.isSafeInteger(createdAt) ? { createdAt } : {}),
    ...(read?.ok && read.value !== null ? { chains: read.value } : {}),
    ...(typeof trace === "string" ? { trace } : {}),
    ...(origin === null ? {} : { origin }),
  };
}

const texts = <K extends string>(found: Readonly<Record<string, unknown>>, names: readonly K[]) =>
  Object.fromEntries(names.flatMap((name) => (typeof found[name] === "string" ? [[name, found[name]]] : []))) as {
    readonly [N in K]?: string;
  };

/** The origin of a header of any version there was; null when none is named. */
function readOrigin({ origin, ...earlier }: Readonly<Record<string, unknown>>): RunOrigin | null {
  try {
    const named = origin ?? originOf1(earlier);
    return isOrigin(named) ? named : null;
  } catch {
    return null;
  }
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
