import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import canonicalize from "canonicalize";
import type { JsonObject, JsonValue } from "../../../contracts/json.ts";

/** Lower-case hex SHA-256 of a text's UTF-8 bytes. */
export const textHash = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)));

/** SHA-256 of the canonical JSON (RFC 8785) of a value. */
export const valueHash = (value: JsonValue): string => textHash(canonicalize(value) ?? "null");

/** Hashes values once, however many states they appear in. Lives as long as one piece of work. */
export class StateHasher {
  readonly #known = new Map<JsonValue, string>();

  /** SHA-256 over the canonical JSON of contract key → value hash. */
  state(state: JsonObject): string {
    const hashes: Record<string, string> = {};
    for (const [key, value] of Object.entries(state)) hashes[key] = this.value(value);
    return valueHash(hashes);
  }

  value(value: JsonValue): string {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const hash = valueHash(value);
    this.#known.set(value, hash);
    return hash;
  }
}
