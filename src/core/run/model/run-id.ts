import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { RunId } from "./state.ts";

/** How many rings a run id can name. */
export const MAX_RINGS = 256;

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SHAPE = /^r([0-9a-f]{2})_[0-9A-HJKMNP-TV-Z]{26}$/;

/** `r<ring, 2 hex>_<26 characters of Crockford base 32>`: a run's id says which ring holds it. */
export const runId = (ring: number, unique: string): RunId => `r${ring.toString(16).padStart(2, "0")}_${unique}`;

/** The ring of a run id, or null when the text is no run id. */
export function ringOf(id: string): number | null {
  const match = SHAPE.exec(id);
  return match?.[1] === undefined ? null : Number.parseInt(match[1], 16);
}

/** The id every request with this idempotency key gets: a duplicate finds the same ring and run without a lookup. */
export function keyedRunId(tenant: string, key: string, rings: number): RunId {
  const digest = sha256(utf8ToBytes(JSON.stringify([tenant, key])));
  let unique = "";
  for (let i = 1; i <= 26; i++) unique += CROCKFORD.charAt((digest[i] ?? 0) % 32);
  return runId((digest[0] ?? 0) % rings, unique);
}
