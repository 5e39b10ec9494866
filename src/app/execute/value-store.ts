import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { parseJson } from "../../../contracts/json/narrow.ts";
import { fault, RuntimeHostError } from "../../core/errors.ts";
import { valueKey } from "../../core/retention/keys.ts";
import { textHash } from "../../core/run/model/hash.ts";
import { utf8Bytes } from "../../core/run/model/utf8.ts";
import { INLINE_VALUE_BYTES, isRef, type StoredValue } from "../../core/run/model/value.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import type { Clock } from "../../spi/clock.ts";

/** A state from its stored values; VALUE_UNAVAILABLE when one cannot be had. */
export async function loadState(stored: Readonly<Record<string, StoredValue>>, blobs: BlobStore): Promise<JsonObject> {
  const state: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(stored)) state[key] = isRef(value) ? await loadRef(value, blobs) : value.v;
  return state;
}

async function loadRef({ ref }: Extract<StoredValue, { ref: unknown }>, blobs: BlobStore): Promise<JsonValue> {
  const text = await blobs.get(ref.key);
  if (text !== null && textHash(text) === ref.sha256) return parseJson(text);
  throw new RuntimeHostError(
    fault("VALUE_UNAVAILABLE", `the stored value ${ref.key} is ${text === null ? "missing" : "not what was stored"}`),
  );
}

/** Where large values go, and when. */
export interface ValuePorts {
  readonly blobs: BlobStore;
  readonly clock: Clock;
}

/** Keeps small values in the run and moves large ones to the blob store, under today and their own hash. */
export async function storeState(
  tenant: string,
  state: JsonObject,
  ports: ValuePorts,
): Promise<Readonly<Record<string, StoredValue>>> {
  const stored: Record<string, StoredValue> = {};
  for (const [key, value] of Object.entries(state)) stored[key] = await storeValue(tenant, value, ports);
  return stored;
}

async function storeValue(tenant: string, value: JsonValue, { blobs, clock }: ValuePorts): Promise<StoredValue> {
  if (smallerThan(value, INLINE_VALUE_BYTES)) return { v: value };
  const text = JSON.stringify(value);
  if (text.length * 3 <= INLINE_VALUE_BYTES) return { v: value };
  const bytes = utf8Bytes(text);
  if (bytes <= INLINE_VALUE_BYTES) return { v: value };
  const sha256 = textHash(text);
  const key = valueKey(tenant, sha256, clock.now());
  await blobs.put(key, text);
  return { ref: { key, sha256, bytes } };
}

/** A cheap yes for the values that need no serialising to know. */
function smallerThan(value: JsonValue, limit: number): boolean {
  return (
    value === null ||
    typeof value === "number" ||
    typeof value === "boolean" ||
    (typeof value === "string" && value.length * 6 < limit)
  );
}
