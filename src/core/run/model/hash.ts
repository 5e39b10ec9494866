import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import canonicalize from "canonicalize";
import type { JsonObject, JsonValue } from "../../../../contracts/json/json.ts";

/** Lower-case hex SHA-256 of a text's UTF-8 bytes. */
export const textHash = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)));

/** SHA-256 of the canonical JSON (RFC 8785) of a value. */
export const valueHash = (value: JsonValue): string => textHash(canonicalize(value) ?? "null");

/** Hashes values and states once, however often they appear. Lives as long as one piece of work. */
export class StateHasher {
  readonly #values = new Map<JsonValue, string>();
  /** By canonical text: what one step puts out is often just what the next one takes. */
  readonly #states = new Map<string, string>();

  /** SHA-256 over the canonical JSON of contract key → value hash. */
  state(state: JsonObject): string {
    const entries = Object.keys(state)
      .sort()
      .map((key) => `${JSON.stringify(key)}:"${this.value(state[key] ?? null)}"`);
    const text = `{${entries.join(",")}}`;
    return remembered(this.#states, text, () => textHash(text));
  }

  value(value: JsonValue): string {
    return remembered(this.#values, value, () => valueHash(value));
  }
}

function remembered<K>(known: Map<K, string>, key: K, make: () => string): string {
  let hash = known.get(key);
  if (hash === undefined) known.set(key, (hash = make()));
  return hash;
}
