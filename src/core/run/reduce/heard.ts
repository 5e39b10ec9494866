import type { JsonValue } from "../../../../contracts/json/json.ts";
import { textHash, valueHash } from "../model/hash.ts";
import type { HeardEvent, RunHeader } from "../model/state.ts";

/** Keys a run remembers; older ones are forgotten beyond this. */
const MAX_HEARD = 100;
/** Characters of a hash that are kept: 80 bits, for a hundred keys. */
const HASH_CHARS = 20;

/** What identifies an event with an idempotency key. */
export const heardEvent = (key: string, name: string, payload: JsonValue): HeardEvent => ({
  key: textHash(key).slice(0, HASH_CHARS),
  request: valueHash([name, payload]).slice(0, HASH_CHARS),
});

/** Whether the run has had the event: `same`, or `other` when its key came with another event. */
export function heardBefore({ heard = [] }: RunHeader, event: HeardEvent): "no" | "same" | "other" {
  const known = heard.find(({ key }) => key === event.key);
  if (!known) return "no";
  return known.request === event.request ? "same" : "other";
}

/** The keys the run remembers once it has had the event. */
export const hearing = ({ heard = [] }: RunHeader, event: HeardEvent): readonly HeardEvent[] =>
  [...heard, event].slice(-MAX_HEARD);
